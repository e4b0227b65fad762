"""One invoice's whole life. A thin loop around `decide`: it asks, waits or acts, records, and asks again."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.attributes import already_shown, show
from workflows.calls import REINSTATE, call, call_for
from workflows.inbox import received

with workflow.unsafe.imports_passed_through():
    from dunning import names
    from dunning.case import state
    from dunning.case.case import Case, Opened, open_case
    from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Step, Wait
    from dunning.case.facts import Answer, Approval, DueDateChange, Payment, Promise, Undo, Void, Waiver
    from dunning.case.orders import Order
    from dunning.case.results import Noted, Result
    from dunning.explain.temporal_ui import activity_summary, details, shown, timer_summary
    from dunning.rules import money_in, updates
    from dunning.rules.machine import decide, overcharges, overtaken
    from dunning.rules.order_for import order_for, reinstate_order
    from dunning.rules.record import recorded, reinstated
    from dunning.undo.undo import called_off, undo_refused, undone
    from dunning.undo.undo import outcome as undo_outcome

MOMENT = timedelta(milliseconds=1)
"""The shortest timer: a timeout of zero would make none, and the commands would depend on the clock."""


@workflow.defn(name=names.WORKFLOW)
class InvoiceDunning:
    """Sleeps until each milestone, performs it, and lets go at once when the money arrives."""

    @workflow.init
    def __init__(self, opened: Opened) -> None:
        self._case = open_case(opened, workflow.now())
        self._news = not already_shown()

    @workflow.run
    async def run(self, opened: Opened) -> str:
        """Returns the outcome: paid, waived, void, renewed or deleted."""
        del opened  # __init__ has it already
        while True:
            case = self._case
            step = decide(case, workflow.now())
            workflow.set_current_details(details(case, workflow.now(), step))
            if not isinstance(step, Finish):
                await self._take(step)
                continue
            await workflow.wait_condition(workflow.all_handlers_finished)
            if self._case is case:
                self._show(step)
                return step.outcome

    async def _take(self, step: Wait | Perform | Conclude | Reinstate) -> None:
        if isinstance(step, Wait):
            await self._wait(step)
        elif isinstance(step, Conclude):
            self._case = recorded(self._case, step.milestone, step.result, workflow.now())
        elif isinstance(step, Reinstate):
            result = await call(REINSTATE, reinstate_order(self._case, workflow.now()), self._label(step))
            self._case = reinstated(self._case, result, workflow.now())
        else:
            await self._perform(step)
        self._news = True

    async def _wait(self, step: Wait) -> None:
        if self._news:  # what a case waits for at first, its starter has shown
            self._show(step)
        before = self._case
        timeout = max(step.until - workflow.now(), MOMENT) if step.until else None
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._case is not before, timeout=timeout, timeout_summary=timer_summary(before, step)
            )

    async def _perform(self, step: Perform) -> None:
        what = call_for(step.milestone)
        result: Result = Noted()
        if what:
            order = order_for(self._case, step.milestone, workflow.now())
            result = await call(what, order, self._label(step), lambda: self._given_up(step, order))
        # Await, then record: the case may have learnt of a payment meanwhile.
        self._case = recorded(self._case, step.milestone, result, workflow.now())

    def _given_up(self, step: Perform, order: Order) -> bool:
        called = called_off(self._case, step.milestone, order.at)
        return called or overtaken(self._case, step.milestone) or overcharges(self._case, order)

    def _label(self, step: Perform | Reinstate) -> str:
        return activity_summary(self._case, step)

    def _show(self, step: Step) -> None:
        show(shown(self._case, workflow.now(), step))

    @workflow.query
    def case(self) -> Case:
        """All facts of the case."""
        return self._case

    @workflow.signal(dynamic=True)
    def signal(self, name: str, values: Sequence[RawValue]) -> None:
        """Those of `dunning.names`; anything else becomes a Billing ticket."""
        self._case = received(self._case, name, values, workflow.now())

    @workflow.update
    def pay(self, payment: Payment) -> Answer:
        """Money arrived. Send it with the payment's id as update id: the answer is the same every time."""
        before, self._case = self._case, money_in.paid(self._case, payment)
        return updates.answer_to_payment(before, payment, self._case, workflow.now())

    @pay.validator
    def _may_pay(self, payment: Payment) -> None:
        _refuse(updates.payment_refused(payment))

    @workflow.update
    def promise_to_pay(self, promise: Promise) -> Answer:
        """The customer will pay by that date; until it is over nothing happens."""
        self._case = updates.promised(self._case, promise)
        return self._answer("promised")

    @promise_to_pay.validator
    def _may_promise(self, promise: Promise) -> None:
        _refuse(updates.promise_refused(self._case, promise, workflow.now()))

    @workflow.update
    def waive(self, waiver: Waiver) -> Answer:
        """Do not ask for that charge any more."""
        self._case = updates.waived(self._case, waiver, workflow.now())
        return self._answer("waived")

    @waive.validator
    def _may_waive(self, waiver: Waiver) -> None:
        _refuse(updates.waiver_refused(self._case, waiver))

    @workflow.update
    def approve(self, approval: Approval) -> Answer:
        """A person agrees to a milestone that needs it."""
        self._case = updates.approved(self._case, approval)
        return self._answer("approved")

    @approve.validator
    def _may_approve(self, approval: Approval) -> None:
        _refuse(updates.approval_refused(self._case, approval))

    @workflow.update
    def void(self, void: Void) -> Answer:
        """The invoice was a mistake."""
        self._case = updates.voided(self._case, void, workflow.now())
        return self._answer("voided")

    @void.validator
    def _may_void(self, void: Void) -> None:
        _refuse(updates.void_refused(self._case, void))

    @workflow.update
    def change_due_date(self, change: DueDateChange) -> Answer:
        """All steps still to come move with the due date."""
        self._case = updates.due_date_changed(self._case, change, workflow.now())
        return self._answer("changed")

    @change_due_date.validator
    def _may_change_due_date(self, change: DueDateChange) -> None:
        _refuse(updates.due_date_refused(self._case, change, workflow.now()))

    @workflow.update
    def undo(self, undo: Undo) -> Answer:
        """A run of ours was wrong: what it did to this customer is undone, once."""
        before, self._case = self._case, undone(self._case, undo, workflow.now())
        return self._answer(undo_outcome(before, undo, self._case))

    @undo.validator
    def _may_undo(self, undo: Undo) -> None:
        _refuse(undo_refused(undo))

    def _answer(self, outcome: str) -> Answer:
        return Answer(outcome=outcome, balance=self._case.balance, state=state.state(self._case, workflow.now()))


def _refuse(reason: str) -> None:
    if reason:
        raise ApplicationError(reason, type="Refused")
