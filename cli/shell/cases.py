"""Talking to running cases: asking them for their facts, and telling them what people decided."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode
from temporalio.workflow import UpdateMethodMultiParam

from cli.shell.connections import settings
from cli.shell.errors import BadInputError, FailedError
from dunning.case.case import Case
from dunning.case.facts import Answer
from dunning.names import workflow_id
from workflows.invoice import InvoiceDunning

PATIENCE = timedelta(seconds=10)
_SILENT = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.FAILED_PRECONDITION)
_ABORTED = "aborted by closing workflow"


class NoCaseError(Exception):
    """The server has no open case of that invoice: it is closed, or was never started here."""


class NoAnswerError(FailedError):
    """The server is there, but no worker."""


def handle(client: Client, invoice: str) -> WorkflowHandle[InvoiceDunning, str]:
    """The case of an invoice, whether it exists or not."""
    return client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(invoice))


async def facts(client: Client, invoice: str) -> Case:
    """All facts of a case, open or still kept by the server. Raises NoCaseError, NoAnswerError."""
    try:
        return await handle(client, invoice).query(InvoiceDunning.case, rpc_timeout=PATIENCE)
    except RPCError as error:
        raise _told(error, invoice) from None
    except WorkflowQueryFailedError as error:
        raise FailedError(f"{invoice}: the case does not answer: {error}") from None


async def tell(
    client: Client, invoice: str, update: UpdateMethodMultiParam[Any, Answer], fact: BaseModel, update_id: str = ""
) -> Answer:
    """Bring a fact to an open case. Raises BadInputError when it is refused, NoCaseError, NoAnswerError."""
    case = handle(client, invoice)
    try:
        return await case.execute_update(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
            update, fact, id=update_id or None, rpc_timeout=PATIENCE
        )
    except WorkflowUpdateFailedError as error:
        raise BadInputError(f"{invoice}: refused: {getattr(error.cause, 'message', error.cause)}") from None
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise silent(invoice) from None
    except RPCError as error:
        raise _told(error, invoice) from None


async def send(client: Client, invoice: str, signal: str, fact: BaseModel) -> None:
    """Leave a fact with the server for an open case, worker or not. Raises NoCaseError."""
    try:
        await handle(client, invoice).signal(signal, fact)
    except RPCError as error:
        raise _told(error, invoice) from None


def _told(error: RPCError, invoice: str) -> Exception:
    # A namespace that is not there says nothing about the case.
    missing = error.status is RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower()
    if missing or _ABORTED in error.message:
        return NoCaseError(invoice)
    return silent(invoice) if error.status in _SILENT else error


def silent(invoice: str) -> NoAnswerError:
    """The words for a server without a worker."""
    queue = settings().task_queue
    return NoAnswerError(
        f"{invoice}: no worker answered within {PATIENCE.seconds} seconds; nothing is known to have happened\n"
        f"Is worker.py running on the task queue {queue!r}? Then run the same command again."
    )
