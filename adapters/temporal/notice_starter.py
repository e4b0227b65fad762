"""Notices outside of any case: each is a small workflow of its own, so it is sent whatever becomes of who asked."""

from collections.abc import Callable

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from adapters.temporal.client import time_for_one_call
from dunning.case.orders import NoticeOrder
from dunning.names import NOTICE, notice_workflow_id
from dunning.ports.outages import PATIENCE, OutageError


class TemporalNotices:
    """Fits `dunning.ports.companies.NoticeStarter`. `queue` is the workflows' task queue, `patience` in seconds."""

    def __init__(self, client: Callable[[], Client], queue: str, patience: float = PATIENCE) -> None:
        self._client = client
        self._queue = queue
        self._time = time_for_one_call(patience)

    async def send(self, order: NoticeOrder) -> None:
        """Have the notice sent, once for its step."""
        try:
            await self._client().start_workflow(
                NOTICE,
                order,
                id=notice_workflow_id(order.step),
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"{order.title}: {order.account}",
                rpc_timeout=self._time,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise OutageError(f"Temporal: {error.status.name}; the notice was not ordered") from None
