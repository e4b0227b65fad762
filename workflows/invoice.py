"""One invoice's whole life. A thin loop around `decide`: it asks, waits or acts, records, and asks again."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.attributes import already_shown, show_attributes
from workflows.calls import REINSTATE, call, call_for, until
from workflows.inbox import received

with workflow.unsafe.imports_passed_through():
    from dunning import names
    from dunning.case.case import Case, Opened, going_on, open_case
    from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Step, Wait
    from dunning.case.facts import (
        AccountMerged,
        Answer,
        Approval,
        DueDateChange,
        Exemption,
        Payment,
        Promise,
        RefusedCharge,
        Replan,
        StillWanted,
        Undo,
        UseCredit,
        Void,
        Waiver,
    )
    from dunning.case.orders import CloseOrder, Order
    from dunning.case.outcomes import AnswerOutcome
    from dunning.case.results import Noted, Result
    from dunning.case.snapshot import packed
    from dunning.explain.temporal_ui import activity_summary, details, shown, timer_summary
    from dunning.payments import refusals
    from dunning.payments.open_credit import credit_asked, credit_refused
    from dunning.policy.plan import DELETIONS, Milestone
    from dunning.rules import money_in, promises, updates
    from dunning.rules.answers import answer_to_payment, answered_before, remembered
    from dunning.rules.exemptions import exempted
    from dunning.rules.machine import decide, outdated, overcharges, overtaken, still_wanted
    from dunning.rules.merged import account_merged
    from dunning.rules.order_for import order_for, reinstate_order
    from dunning.rules.record import recorded, reinstated
    from dunning.rules.replan import replan_refused, replanned
    from dunning.rules.signed import signed
    from dunning.rules.state_at import state_at
    from dunning.undo.undo import called_off, undo_outcome, undo_refused, undone
    from dunning.wire import Wire

T = TypeVar("T", bound=Order)
MOMENT = timedelta(milliseconds=1)
"""The shortest timer: a timeout of zero would make none, and the commands would depend on the clock."""


@workflow.defn(name=names.WORKFLOW)
class InvoiceDunning:
    """Sleeps until each milestone, performs it, and drops what is left at once when the money arrives."""

    @workflow.init
    def __init__(self, opened: Opened) -> None:
        self._case = open_case(opened, workflow.now())
        # What the run before had not shown yet is news.
        self._doing: tuple[Milestone, Order] | None = None
        self._news = not already_shown() or workflow.info().continued_run_id is not None

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
                self._go_on_in_another_run()
                continue
            await until(workflow.all_handlers_finished, self._cancelled)
            if self._case is case:
                self._show(step)
                return step.outcome

    def _go_on_in_another_run(self) -> None:
        """When the server suggests it: a run takes 2,000 updates and 10,000 signals, and no more.

        Here nothing is under way: what was done is recorded, what was said is heard, and no activity runs.
        """
        if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
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
    def signal(self, name: str, values: Sequence[RawValue]) -> None:
        """Those of `dunning.names`; anything else becomes a Billing ticket."""
        self._case = received(self._case, name, values, workflow.now())

    @workflow.update
    def pay(self, payment: Payment) -> Answer:
        """Money arrived. Send it with the payment's id as update id: the answer is the same every time."""
        before, self._case = self._case, money_in.paid(self._case, payment, answered=True)
        return self._seen(answer_to_payment(before, payment, self._case, workflow.now(), _update_id()))

    @pay.validator
    def _may_pay(self, payment: Payment) -> None:
        _refuse(updates.payment_refused(payment) or updates.no_room_for(self._case, payment))

    @workflow.update
    def promise_to_pay(self, promise: Promise) -> Answer:
        """The customer will pay by that date; until it is over nothing happens."""
        return self._decided(promise, "promised", promises.promised(self._case, promise))

    @promise_to_pay.validator
    def _may_promise(self, promise: Promise) -> None:
        self._refuse_new(promise, promises.promise_refused(self._case, promise, workflow.now()))

    @workflow.update
    def waive(self, waiver: Waiver) -> Answer:
        """Do not ask for that charge any more."""
        return self._decided(waiver, "waived", updates.waived(self._case, waiver, workflow.now()))

    @waive.validator
    def _may_waive(self, waiver: Waiver) -> None:
        self._refuse_new(waiver, updates.waiver_refused(self._case, waiver))

    @workflow.update
    def approve(self, approval: Approval) -> Answer:
        """A person agrees to a milestone that needs it."""
        return self._decided(approval, "approved", updates.approved(self._case, approval))

    @approve.validator
    def _may_approve(self, approval: Approval) -> None:
        self._refuse_new(approval, updates.approval_refused(self._case, approval))

    @workflow.update
    def void(self, void: Void) -> Answer:
        """The invoice was a mistake."""
        return self._decided(void, "voided", updates.voided(self._case, void, workflow.now()))

    @void.validator
    def _may_void(self, void: Void) -> None:
        self._refuse_new(void, updates.void_refused(self._case, void))

    @workflow.update
    def change_due_date(self, change: DueDateChange) -> Answer:
        """All steps still to come move with the due date."""
        return self._decided(change, "changed", updates.due_date_changed(self._case, change, workflow.now()))

    @change_due_date.validator
    def _may_change_due_date(self, change: DueDateChange) -> None:
        self._refuse_new(change, updates.due_date_refused(self._case, change, workflow.now()))

    @workflow.update
    def exempt(self, fact: Exemption) -> Answer:
        """Nobody is restricted for it until that day is over, or an exemption is over now."""
        outcome = "exempted" if fact.until else "exemption ended"
        return self._decided(fact, outcome, exempted(self._case, fact, workflow.now()))

    @exempt.validator
    def _may_be_exempt(self, fact: Exemption) -> None:
        self._refuse_new(fact, "")

    @workflow.update
    def move_account(self, fact: AccountMerged) -> Answer:
        """Its account was merged into another one, or another one into its account."""
        return self._decided(fact, "moved", account_merged(self._case, fact))

    @move_account.validator
    def _may_move(self, fact: AccountMerged) -> None:
        self._refuse_new(fact, "")

    @workflow.update
    def replan(self, fact: Replan) -> Answer:
        """It follows another policy's plan from now on."""
        return self._decided(fact, "replanned", replanned(self._case, fact, workflow.now()))

    @replan.validator
    def _may_replan(self, fact: Replan) -> None:
        self._refuse_new(fact, replan_refused(self._case, fact, self._doing[0] if self._doing else None))

    @workflow.update
    def use_credit(self, use: UseCredit) -> Answer:
        """A person has the account's credit pay for it."""
        return self._decided(use, "asked for", credit_asked(self._case, use))

    @use_credit.validator
    def _may_use_credit(self, use: UseCredit) -> None:
        self._refuse_new(use, credit_refused(self._case, use))

    @workflow.update
    def decide_charge(self, fact: RefusedCharge) -> Answer:
        """A charge that the gateway calls malformed is tried again at once, or left out."""
        outcome = "left out" if fact.leave_out else "tried again"
        return self._decided(fact, outcome, refusals.decided(self._case, fact, workflow.now()))

    @decide_charge.validator
    def _may_decide_charge(self, fact: RefusedCharge) -> None:
        self._refuse_new(fact, refusals.decision_refused(self._case, fact))

    @workflow.update
    def undo(self, undo: Undo) -> Answer:
        """A run of ours was wrong: what it did to this customer is undone, once."""
        after = undone(self._case, undo, workflow.now())
        return self._decided(undo, undo_outcome(self._case, undo, after), after)

    @undo.validator
    def _may_undo(self, undo: Undo) -> None:
        self._refuse_new(undo, undo_refused(undo))

    @workflow.update
    def still_wanted(self, asked: StillWanted) -> None:
        """A hand asks before it deletes. The validator says no; a yes records nothing."""

    @still_wanted.validator
    def _must_be_wanted(self, asked: StillWanted) -> None:
        milestone, order = self._doing or (None, None)
        same = order and (order.generation, order.number) == (asked.generation, asked.number)
        _refuse("" if milestone and same and still_wanted(self._case, milestone, workflow.now()) else "not any more")

    def _decided(self, fact: Wire, outcome: AnswerOutcome, after: Case) -> Answer:
        """A decision is recorded, and answered; one that comes again from an earlier run is only answered again."""
        first = answered_before(self._case, _update_id())
        if not first and after is not self._case:
            after = signed(self._case, after, fact, workflow.now())
            self._case = remembered(self._case, after, _update_id(), outcome)
        now = workflow.now()
        return self._seen(Answer(outcome=first or outcome, balance=self._case.balance, state=state_at(self._case, now)))

    def _seen(self, answer: Answer) -> Answer:
        """The answer, with the case for the table of open cases."""
        return answer.model_copy(update={"snapshot": packed(self._case)})

    def _refuse_new(self, fact: object, reason: str) -> None:
        """What was agreed to in an earlier run is agreed to again, whatever stands against it now.

        A payload of `null` is no fact, though the SDK hands it on: recording it would fail the case for ever.
        """
        _refuse("it says nothing" if fact is None else "")
        if not answered_before(self._case, _update_id()):
            _refuse(reason)


def _refuse(reason: str) -> None:
    if reason:
        raise ApplicationError(reason, type="Refused")


def _update_id() -> str:
    update = workflow.current_update_info()
    return update.id if update else ""
