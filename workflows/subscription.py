"""One subscription, for years: a thin loop that sleeps until a renewal, has its invoice opened, and sleeps again."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from temporalio import workflow
from temporalio.common import RawValue

from workflows.calls import BOOKS, Call, call, until
from workflows.inbox import read_update, refuse, update_id
from workflows.trust import unsigned_update

with workflow.unsafe.imports_passed_through():
    from activities.subscriptions.renewals import Renewals
    from dunning import names
    from dunning.ports.subscriptions import ASKED
    from dunning.subscriptions import rules
    from dunning.subscriptions.renewals import Renewed, order_of
    from dunning.subscriptions.rules import End, Open, Wait
    from dunning.subscriptions.subscription import Answer, Asked, Subscription

MOMENT = timedelta(milliseconds=1)
"""The shortest timer: a timeout of zero would make none."""
RENEW = Call(Renewals.renew, BOOKS, timedelta(minutes=5))
MODELS = {name: model for model, name in ASKED.items()}
NOTE = Call(Renewals.note_subscription, BOOKS, timedelta(seconds=30), beats=False)


@workflow.defn(name=names.SUBSCRIPTION_WORKFLOW)
class SubscriptionRenewal:
    """Facts come as updates and are only recorded; what follows from them `decide` says."""

    @workflow.init
    def __init__(self, subscription: Subscription) -> None:
        self._subscription = rules.begins(subscription, workflow.now())
        self._noted = -1

    @workflow.run
    async def run(self, subscription: Subscription) -> str:
        """Returns how it ended: cancelled or deleted."""
        del subscription  # __init__ has it already
        while True:
            step = rules.decide(self._subscription, workflow.now())
            workflow.set_current_details(rules.details(self._subscription, step))
            if self._noted != self._subscription.revision:
                await self._note()
            elif isinstance(step, Wait):
                await self._wait(step)
            elif isinstance(step, Open):
                await self._open()
            elif await self._is_over(step):
                return step.how
            self._go_on_in_another_run()

    def _go_on_in_another_run(self) -> None:
        """When the server suggests it, and nothing is under way: all that is known goes along."""
        if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
            workflow.continue_as_new(self._subscription)

    async def _note(self) -> None:
        seen = self._subscription
        await call(NOTE, seen, "the subscription, for people", self._cancelled)
        self._noted = seen.revision

    async def _wait(self, step: Wait) -> None:
        before = self._subscription
        try:
            await workflow.wait_condition(
                lambda: self._subscription is not before or workflow.info().is_continue_as_new_suggested(),
                timeout=max(step.until - workflow.now(), MOMENT),
                timeout_summary=rules.waits_for(before),
            )
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            self._cancelled()

    async def _open(self) -> None:
        order = order_of(self._subscription, workflow.now())
        self._subscription = rules.began_opening(self._subscription)
        result: Renewed = await call(RENEW, order, f"renewal of {order.starts}", self._cancelled)
        self._subscription = rules.renewed(self._subscription, result, workflow.now())

    async def _is_over(self, step: End) -> bool:
        """Whether it still is once everybody has an answer, and the row for people says so."""
        self._subscription = rules.ended(self._subscription, step.how, workflow.now())
        if self._noted != self._subscription.revision:
            return False
        await until(workflow.all_handlers_finished, self._cancelled)
        return self._noted == self._subscription.revision

    def _cancelled(self) -> None:
        """Somebody asked the server to cancel the workflow. It goes on: nobody's subscription ends by a click."""
        self._subscription = rules.cancellation_asked(self._subscription, workflow.now())

    @workflow.query(name=names.SUBSCRIPTION)
    def subscription(self) -> Subscription:
        """All of it, for people."""
        return self._subscription

    @workflow.update(dynamic=True)
    def update(self, name: str, values: Sequence[RawValue]) -> Answer:
        """What people decide: change, pause and cancel, signed as for a case (`dunning.signatures`)."""
        before = self._subscription
        self._subscription = rules.asked_for(before, _asked(name, values), workflow.now())
        return Answer(changed=self._subscription is not before, subscription=self._subscription)

    @update.validator
    def _may_update(self, name: str, values: Sequence[RawValue]) -> None:
        no = rules.refusal(self._subscription, _asked(name, values), workflow.now())
        refuse(unsigned_update(name, values, update_id()) or no)


def _asked(name: str, values: Sequence[RawValue]) -> Asked:
    return cast("Asked", read_update(MODELS, name, values))
