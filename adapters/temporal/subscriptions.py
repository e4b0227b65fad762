"""The subscriptions' workflows, reached from outside by name."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.attributes import typed
from adapters.temporal.cases import DEATHS, SILENT, away, is_gone
from adapters.temporal.client import time_for_one_call
from adapters.temporal.signing import Signer
from dunning import names
from dunning.ports.cases import NoAnswerError
from dunning.ports.outages import PATIENCE, OutageError
from dunning.ports.subscriptions import ASKED, NoSubscriptionError, SubscriptionSaysNoError
from dunning.signatures import NOT_SIGNED
from dunning.subscriptions.subscription import Answer, Asked, Subscription

_PAGE = 500


class TemporalSubscriptions:
    """Fits `dunning.ports.subscriptions.Subscriptions`. `queue` is the workflows' task queue, `patience` in seconds.

    `signer` signs what they are told.
    """

    def __init__(
        self, client: Callable[[], Client], queue: str, patience: float = PATIENCE, signer: Signer | None = None
    ) -> None:
        self._client = client
        self._signer = signer or Signer()
        self._queue = queue
        self._time = time_for_one_call(patience)

    async def start(self, subscription: Subscription) -> bool:
        """Start one, unless one of that id runs or came to its own end."""
        values = ((names.ACCOUNT, subscription.account), (names.POLICY, subscription.terms.policy))
        try:
            await self._client().start_workflow(
                names.SUBSCRIPTION_WORKFLOW,
                subscription,
                id=names.subscription_workflow_id(subscription.id),
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=f"{subscription.id}: {subscription.terms.amount} {subscription.schedule.period}",
                search_attributes=typed(values),
                rpc_timeout=self._time,
            )
        except WorkflowAlreadyStartedError:
            return False
        except RPCError as error:
            raise away(error) from None
        return True

    async def running(self) -> AsyncIterator[str]:
        """The ids of those that go on."""
        query = f"WorkflowType = '{names.SUBSCRIPTION_WORKFLOW}' AND ExecutionStatus = 'Running'"
        try:
            async for found in self._client().list_workflows(query, page_size=_PAGE, rpc_timeout=self._time):
                yield found.id.removeprefix(names.subscription_workflow_id(""))
        except RPCError as error:
            raise away(error) from None

    async def died(self, subscription: str) -> bool:
        """Whether the server ended its last run, or knows none."""
        try:
            described = await self._handle(subscription).describe(rpc_timeout=self._time)
        except RPCError as error:
            if is_gone(error):
                return True
            raise away(error) from None
        return described.status in DEATHS

    async def ask(self, subscription: str) -> Subscription:
        """All of it."""
        try:
            return await self._handle(subscription).query(
                names.SUBSCRIPTION, result_type=Subscription, rpc_timeout=self._time
            )
        except RPCError as error:
            raise self._told(error, subscription) from None
        except WorkflowQueryFailedError as error:
            raise OutageError(f"{subscription}: the subscription does not answer: {error}") from None

    async def tell(self, subscription: str, asked: Asked) -> Answer:
        """Have something done; what is so already changes nothing, so it is safe to repeat."""
        try:
            return await self._updated(subscription, asked)
        except RPCError as error:
            # One that goes on in another run in this very task refuses it once.
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise self._told(error, subscription) from None
        try:
            return await self._updated(subscription, asked)
        except RPCError as error:
            raise self._told(error, subscription) from None

    async def _updated(self, subscription: str, asked: Asked) -> Answer:
        name = ASKED[type(asked)]
        its = self._signer.signed(self._client(), names.subscription_workflow_id(subscription), name, asked)
        try:
            return await self._handle(subscription).execute_update(  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it open
                name,
                args=its.args,
                id=its.update,
                result_type=Answer,
                rpc_timeout=self._time,
            )
        except WorkflowUpdateFailedError as error:
            reason = str(getattr(error.cause, "message", error.cause))
            if getattr(error.cause, "type", "") == NOT_SIGNED:
                raise OutageError(f"{subscription}: {reason}") from None
            raise SubscriptionSaysNoError(reason) from None
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            raise self._silent(subscription) from None

    def _handle(self, subscription: str) -> WorkflowHandle[Any, Any]:
        return self._client().get_workflow_handle(names.subscription_workflow_id(subscription))

    def _told(self, error: RPCError, subscription: str) -> Exception:
        if is_gone(error):
            return NoSubscriptionError(subscription)
        return self._silent(subscription) if error.status in SILENT else away(error)

    def _silent(self, subscription: str) -> NoAnswerError:
        return NoAnswerError(
            f"{subscription}: no worker answered within {self._time.total_seconds():g} s, and nothing is known to have "
            f"happened; is worker.py running on the task queue {self._queue!r}?"
        )
