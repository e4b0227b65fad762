"""The invoices' workflows, reached from outside by name. Everything that speaks to a case comes this way."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution as Execution
from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.attributes import KEYS, typed
from adapters.temporal.client import time_for_one_call
from adapters.temporal.signing import Signed, Signer
from dunning import names
from dunning.case.case import Case, Opened
from dunning.case.facts import Answer, StillWanted
from dunning.case.orders import Order
from dunning.explain.temporal_ui import case_summary
from dunning.names import Values
from dunning.ports.cases import (
    FORGOTTEN,
    SIGNALS,
    UPDATES,
    BusyError,
    CannotStartError,
    CaseSaysNoError,
    Listed,
    NoAnswerError,
    NoCaseError,
    SeesCases,
    ServerRefusedError,
    Signal,
    Trying,
    Update,
    Wanted,
)
from dunning.ports.outages import PATIENCE, OutageError
from dunning.signatures import NOT_SIGNED
from dunning.visible import in_markdown
from dunning.wire import Wire

_ABORTED = "aborted by closing workflow"
SILENT = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.FAILED_PRECONDITION)
_AWAY = (RPCStatusCode.UNAVAILABLE, *SILENT)
_PAGE = 500
_LONG = timedelta(seconds=60)
"""Longer than the server holds back an answer that there is nothing new."""
_HAD = (EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
DEATHS = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TIMED_OUT: "timed out",
    WorkflowExecutionStatus.CANCELED: "cancelled",
}


class TemporalCases:
    """Fits `dunning.ports.cases.Cases`. `queue` is the workflows' task queue; `client` raises OutageError too early.

    `seen` hears of each case that was started, of each answer, and of each that goes on: for the table of open cases.
    `patience`: seconds in which server and worker answer. `signer` signs what cases are told.
    """

    def __init__(
        self,
        client: Callable[[], Client],
        queue: str,
        *,
        seen: SeesCases | None = None,
        patience: float = PATIENCE,
        signer: Signer | None = None,
    ) -> None:
        self._client = client
        self._queue = queue
        self._signer = signer or Signer()
        self._seen = seen
        self._time = time_for_one_call(patience)

    async def start(self, opened: Opened, values: Values, *, dead: bool = False) -> bool:
        """Start a case, unless there is or was one; a dead one may be followed."""
        reuse = WorkflowIDReusePolicy
        try:
            await self._client().start_workflow(
                names.WORKFLOW,
                opened,
                id=names.workflow_id(opened.invoice.number),
                task_queue=self._queue,
                id_reuse_policy=reuse.ALLOW_DUPLICATE_FAILED_ONLY if dead else reuse.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=in_markdown(case_summary(opened.invoice)),
                search_attributes=typed(values),
                rpc_timeout=self._time,
            )
        except WorkflowAlreadyStartedError:
            started = False
        except RPCError as error:
            if error.status is RPCStatusCode.INVALID_ARGUMENT:
                raise CannotStartError(f"Temporal refuses its case: {error.message}") from None
            raise away(error) from None
        else:
            started = True
        if self._seen:  # also of one that runs: who started it may have died before that was noted
            self._seen.opened(opened)
        return started

    async def until_begun(self, invoice: str) -> None:
        """Return once some worker has had a case's first task, done or failed; at once for one that is gone."""
        client, token = self._client(), b""
        case = Execution(workflow_id=names.workflow_id(invoice))
        while True:
            asked = GetWorkflowExecutionHistoryRequest(
                namespace=client.namespace, execution=case, wait_new_event=True, next_page_token=token
            )
            try:
                told = await client.workflow_service.get_workflow_execution_history(asked, retry=True, timeout=_LONG)
            except RPCError as error:
                if is_gone(error):
                    return
                raise self._told(error, invoice) from None
            token = told.next_page_token
            if not token or any(event.event_type in _HAD for event in told.history.events):
                return

    async def died(self, invoice: str) -> str:
        """How the server ended its last run, unless that came to its own end."""
        try:
            described = await self._handle(invoice).describe(rpc_timeout=self._time)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return FORGOTTEN
            raise self._told(error, invoice) from None
        return DEATHS.get(described.status, "") if described.status else ""

    async def trying(self, invoice: str) -> tuple[Trying, ...]:
        """What Temporal says of its activities that fail."""
        try:
            described = await self._handle(invoice).describe(rpc_timeout=self._time)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return ()
            raise self._told(error, invoice) from None
        pending = described.raw_description.pending_activities
        return tuple(_trying(each) for each in pending if each.last_failure.message)

    async def ask(self, invoice: str) -> Case:
        """All facts of a case."""
        try:
            return await self._handle(invoice).query(names.CASE, result_type=Case, rpc_timeout=self._time)
        except RPCError as error:
            raise self._told(error, invoice) from None
        except WorkflowQueryFailedError as error:
            raise OutageError(f"{invoice}: the case does not answer: {error}") from None

    async def tell(self, invoice: str, update: Update, update_id: str = "") -> Answer:
        """Bring it to a running case."""
        its = self._signed(invoice, UPDATES[type(update)], update, update_id)
        try:
            return await self._updated(invoice, update, its)
        except RPCError as error:
            # A long case that goes on in another run in this very task refuses it once; under its id it counts once.
            if not update_id or error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise self._told(error, invoice) from None
        try:
            return await self._updated(invoice, update, its)
        except RPCError as error:
            raise self._told(error, invoice) from None

    async def _updated(self, invoice: str, update: Update, its: Signed) -> Answer:
        try:
            answer: Answer = await self._handle(invoice).execute_update(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
                UPDATES[type(update)],
                args=its.args,
                id=its.update,
                result_type=Answer,
                rpc_timeout=self._time,
            )
        except WorkflowUpdateFailedError as error:
            reason = str(getattr(error.cause, "message", error.cause))
            if (
                getattr(error.cause, "type", "") == NOT_SIGNED
            ):  # ours is signed, so a setting is wrong, and not the word
                raise OutageError(f"{invoice}: {reason}") from None
            raise CaseSaysNoError(reason) from None
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            raise self._silent(invoice) from None
        if self._seen:
            self._seen.answered(answer)
        return answer

    async def signal(self, invoice: str, signal: Signal) -> None:
        """Leave it with the server."""
        try:
            name = SIGNALS[type(signal)]
            await self._handle(invoice).signal(
                name, args=self._signed(invoice, name, signal).args, rpc_timeout=self._time
            )
        except RPCError as error:
            raise self._told(error, invoice) from None

    async def wake(self, opened: Opened, signal: Signal) -> None:
        """Start a closed case again; a running one only gets the signal."""
        name = SIGNALS[type(signal)]
        try:
            await self._client().start_workflow(
                names.WORKFLOW,
                opened,
                id=names.workflow_id(opened.invoice.number),
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=in_markdown(case_summary(opened.invoice)),
                start_signal=name,
                start_signal_args=self._signed(opened.invoice.number, name, signal).args,
                rpc_timeout=self._time,
            )
        except RPCError as error:
            raise away(error) from None
        if self._seen and opened.case:
            self._seen.goes_on(opened.case, signal)

    async def still_wanted(self, order: Order) -> bool:
        """Ask by an update: a query is answered from what some worker happens to know."""
        asked = StillWanted(generation=order.generation, number=order.number)
        try:
            await self._handle(order.invoice).execute_update(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
                names.STILL_WANTED, asked, rpc_timeout=self._time
            )
        except WorkflowUpdateFailedError:
            return False
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            raise self._silent(order.invoice) from None
        except RPCError as error:
            if is_gone(error):
                return False
            raise self._told(error, order.invoice) from None
        return True

    async def listed(self, wanted: Wanted) -> AsyncIterator[Listed]:
        """The cases, one at a time."""
        try:
            found_all = self._client().list_workflows(_query(wanted), page_size=_PAGE, rpc_timeout=self._time)
            async for found in found_all:
                yield _listed(found)
        except RPCError as error:
            raise away(error) from None

    async def count(self, wanted: Wanted) -> int:
        """How many there are."""
        try:
            return (await self._client().count_workflows(_query(wanted), rpc_timeout=self._time)).count
        except RPCError as error:
            raise away(error) from None

    def _signed(self, invoice: str, name: str, fact: Wire, id: str = "") -> Signed:  # noqa: A002 - the word of the wire
        return self._signer.signed(self._client(), names.workflow_id(invoice), name, fact, id)

    def _handle(self, invoice: str) -> WorkflowHandle[Any, Any]:
        return self._client().get_workflow_handle(names.workflow_id(invoice))

    def _told(self, error: RPCError, invoice: str) -> Exception:
        if is_gone(error):
            return NoCaseError(invoice)
        return self._silent(invoice) if error.status in SILENT else away(error)

    def _silent(self, invoice: str) -> NoAnswerError:
        return NoAnswerError(
            f"{invoice}: no worker answered within {self._time.total_seconds():g} s, and nothing is known to have "
            f"happened; is worker.py running on the task queue {self._queue!r}?"
        )


def _trying(found: PendingActivityInfo) -> Trying:
    later = (
        found.HasField("next_attempt_schedule_time")
        and found.state != PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
    )
    again = found.next_attempt_schedule_time.ToDatetime(UTC) if later else None
    return Trying(found.activity_type.name, found.attempt - 1, found.last_failure.message, again)


def is_gone(error: RPCError) -> bool:
    """Whether there is no open case. A namespace that is not there says nothing about the case."""
    missing = error.status is RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower()
    return missing or _ABORTED in error.message


def away(error: RPCError) -> OutageError:
    """What an answer of the server means that says nothing about the case itself."""
    if error.status is RPCStatusCode.RESOURCE_EXHAUSTED:
        return BusyError(f"Temporal answered {error.status.name}: {error.message}")
    if error.status in SILENT:
        return OutageError(f"Temporal takes calls and does not answer them: {error.status.name}: {error.message}")
    kind = OutageError if error.status in _AWAY else ServerRefusedError
    return kind(f"Temporal answered {error.status.name}: {error.message}")


def _query(wanted: Wanted) -> str:
    values = {names.ACCOUNT: wanted.account, names.POLICY: wanted.policy}
    states, coming = ", ".join(f"'{state}'" for state in wanted.states), wanted.coming.replace("'", "''")
    conditions = [f"WorkflowType = '{names.WORKFLOW}'"]
    # Of a case that went on in another run, the last run alone is the case.
    conditions += ["ExecutionStatus != 'ContinuedAsNew'" if wanted.ended else "ExecutionStatus = 'Running'"]
    conditions += [f"{attribute.name} = '{value}'" for attribute, value in values.items() if value]
    conditions += [f"{names.STATE.name} IN ({states})"] if states else []
    conditions += [f"{names.NEXT_MILESTONE.name} STARTS_WITH '{coming}'"] if coming else []
    return " AND ".join(conditions)


def _listed(found: WorkflowExecution) -> Listed:
    values = {attribute: found.typed_search_attributes.get(key) for attribute, key in KEYS.items()}
    due: datetime | None = values[names.DUE_DATE]
    return Listed(
        invoice=found.id.removeprefix(names.workflow_id("")),
        status=found.status.name.lower() if found.status else "",
        account=values[names.ACCOUNT],
        policy=values[names.POLICY],
        state=values[names.STATE],
        level=values[names.LEVEL],
        due=due.date() if due else None,
        coming=values[names.NEXT_MILESTONE],
        balance_minor=values[names.BALANCE_MINOR],
        revision=values[names.REVISION],
    )
