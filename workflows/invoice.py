"""One invoice's whole life. A thin loop around `decide`: it asks, waits or acts, records, and asks again."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RawValue

from workflows.attributes import already_shown, show_attributes
from workflows.calls import REINSTATE, call, call_for, until
from workflows.inbox import read_update, received, refuse, update_id
from workflows.trust import trusted, unsigned_update

with workflow.unsafe.imports_passed_through():
    from dunning import names
    from dunning.case.case import Case, Opened, going_on, open_case
    from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Step, Wait
    from dunning.case.facts import Answer, StillWanted
    from dunning.case.orders import CloseOrder, Order
    from dunning.case.results import Noted, Result
    from dunning.case.snapshot import packed
    from dunning.explain.temporal_ui import activity_summary, details, shown, timer_summary
    from dunning.policy.plan import DELETIONS, Milestone
    from dunning.rules import updates
    from dunning.rules.asked import MODELS, At, asked, asked_refused
    from dunning.rules.machine import decide, outdated, overcharges, overtaken, still_wanted
    from dunning.rules.order_for import order_for, reinstate_order
    from dunning.rules.record import recorded, reinstated
    from dunning.undo.undo import called_off

T = TypeVar("T", bound=Order)
MOMENT = timedelta(milliseconds=1)
"""The shortest timer: a timeout of zero would make none, and the commands would depend on the clock."""
FLOOD = 500
"""More signals than anybody sends while a few are checked."""


@workflow.defn(name=names.WORKFLOW)
class InvoiceDunning:
    """Sleeps until each milestone, performs it, and drops what is left at once when the money arrives."""

    @workflow.init
    def __init__(self, opened: Opened) -> None:
        self._case = open_case(opened, workflow.now())
        # What the run before had not shown yet is news.
        self._doing: tuple[Milestone, Order] | None = None
        self._signals = 0
        self._checking: set[int] = set()
        self._news = not already_shown() or workflow.info().continued_run_id is not None

    @workflow.run
    async def run(self, opened: Opened) -> str:
        """Returns the outcome: paid, waived, void, renewed or deleted."""
        del opened  # __init__ has it already
        while True:
            await self._heard()
            case = self._case
            step = decide(case, workflow.now())
            workflow.set_current_details(details(case, workflow.now(), step))
            if not isinstance(step, Finish):
                await self._take(step)
                await self._go_on_in_another_run()
                continue
            await until(workflow.all_handlers_finished, self._cancelled)
            if self._case is case:
                self._show(step)
                return step.outcome

    async def _heard(self) -> None:
        """What was said up to now; what comes meanwhile is not waited for, or a flood would hold the case for ever."""
        said = frozenset(self._checking)
        await until(lambda: not said & self._checking, self._cancelled)

    async def _go_on_in_another_run(self) -> None:
        """When the server suggests it: a run takes 2,000 updates and 10,000 signals, and no more.

        Here nothing is under way: what was done is recorded, no activity runs, and what is said is heard first. Only a
        flood is not waited out: the case does what is due, and tries it again.
        """
        if not workflow.info().is_continue_as_new_suggested():
            return
        most = self._signals + FLOOD
        await until(lambda: workflow.all_handlers_finished() or self._signals > most, self._cancelled)
        if workflow.all_handlers_finished():
            workflow.continue_as_new(going_on(self._case, self._case.generation))

    async def _take(self, step: Wait | Perform | Conclude | Reinstate) -> None:
        if isinstance(step, Wait):
            await self._wait(step)
        elif isinstance(step, Conclude):
            self._case = recorded(self._case, step.milestone, step.result, workflow.now())
        elif isinstance(step, Reinstate):
            order = self._with_snapshot(reinstate_order(self._case, workflow.now()))
            result = await call(REINSTATE, order, self._label(step), self._cancelled)
            self._case = reinstated(self._case, result, workflow.now())
        else:
            await self._perform(step)
        self._news = True

    async def _wait(self, step: Wait) -> None:
        if self._news:  # what a case waits for at first, its starter has shown
            self._show(step)
        before = self._case
        timeout = max(step.until - workflow.now(), MOMENT) if step.until else None
        try:
            await workflow.wait_condition(
                lambda: self._case is not before or workflow.info().is_continue_as_new_suggested(),
                timeout=timeout,
                timeout_summary=timer_summary(before, step),
            )
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            self._cancelled()

    def _cancelled(self) -> None:
        """Somebody asked the server to cancel the workflow. It goes on: an invoice is not forgotten by a click."""
        self._case = updates.cancellation_asked(self._case)

    async def _perform(self, step: Perform) -> None:
        what = call_for(step.milestone)
        result: Result = Noted()
        if what:
            order = self._with_snapshot(order_for(self._case, step.milestone, workflow.now()))
            self._doing = (step.milestone, order)
            result = await call(what, order, self._label(step), self._cancelled, lambda: self._given_up(step, order))
            self._doing = None
        # Await, then record: the case may have learnt of a payment meanwhile.
        self._case = recorded(self._case, step.milestone, result, workflow.now())

    def _with_snapshot(self, order: T) -> T:
        """The order, with the case for the table of open cases. One that closes it takes it out of there."""
        return order if isinstance(order, CloseOrder) else order.model_copy(update={"snapshot": packed(self._case)})

    def _given_up(self, step: Perform, order: Order) -> bool:
        called = called_off(self._case, step.milestone, order.at)
        case = self._case
        return (
            called
            or overtaken(case, step.milestone)
            or overcharges(case, order)
            or outdated(case, order)
            or self._asked_too_often(step)
        )

    def _asked_too_often(self, step: Perform) -> bool:
        """A deletion asks before each try, and a run that takes no more updates would refuse it for ever."""
        return step.milestone.action in DELETIONS and workflow.info().is_continue_as_new_suggested()

    def _label(self, step: Perform | Reinstate) -> str:
        return activity_summary(self._case, step)

    def _show(self, step: Step) -> None:
        show_attributes(shown(self._case, step))

    @workflow.query
    def case(self) -> Case:
        """All facts of the case."""
        return self._case

    @workflow.signal(dynamic=True)
    async def signal(self, name: str, values: Sequence[RawValue]) -> None:
        """Those of `dunning.names`; anything else becomes a Billing ticket. Meanwhile nothing else is begun."""
        self._signals += 1
        number = self._signals
        self._checking.add(number)
        trust = await trusted(name, values)
        self._case = received(self._case, name, values, trust, workflow.now())
        self._checking.remove(number)

    @workflow.update(dynamic=True)
    def update(self, name: str, values: Sequence[RawValue]) -> Answer:
        """What people decide, and `pay`, by the names of `dunning.names`: the answer is yes, or why not.

        Under the same update id it is the same every time. A payment has its own id as update id.
        """
        self._case, answer = asked(self._case, name, read_update(MODELS, name, values), self._at())
        return answer.model_copy(update={"snapshot": packed(self._case)})

    @update.validator
    def _may_update(self, name: str, values: Sequence[RawValue]) -> None:
        fact = read_update(MODELS, name, values)
        refuse(unsigned_update(name, values, update_id()) or asked_refused(self._case, name, fact, self._at()))

    def _at(self) -> At:
        """This very moment, for whoever asks something of the case."""
        return At(workflow.now(), update_id(), self._doing[0] if self._doing else None)

    @workflow.update
    def still_wanted(self, asked: StillWanted) -> None:
        """A hand asks before it deletes. The validator says no; a yes records nothing."""

    @still_wanted.validator
    def _must_be_wanted(self, asked: StillWanted) -> None:
        milestone, order = self._doing or (None, None)
        same = order and (order.generation, order.number) == (asked.generation, asked.number)
        refuse("" if milestone and same and still_wanted(self._case, milestone, workflow.now()) else "not any more")
