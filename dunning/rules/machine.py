"""The rules: given all facts of a case and the time, what now?

Theory. A case is level-triggered: signals, updates and activity results only add facts, and `decide` looks at all of
them afresh each time. So the order in which facts arrive does not matter, and a crash loses nothing that a fact says.

`decide` asks the rules of `_RULES` from the top; the first that has something to say wins:

   give back   what a person gives back of a payment goes back through the gateway
1. reinstate   what is paid up is reinstated before anything else is even thought of (promises 2, 6, 7)
   loosen      a wrong run of ours is undone: the services go back to what they were before it (promise 3)
   promised    whoever takes a promise to pay may give the service back until its day
   use credit  the account has credit: it pays what is owed, once that is due (promise 9)
   carry       a rest that is too small to be asked for goes to the account's next invoice (promise 9)
2. tell        receipts, failed charges, work for people: what already happened must be told
3. transit     money on its way, or of unknown fate, blocks every consequence; ask again when it is time (promise 1)
4. settle      paid up, void, deleted or renewed: put excess right, close the books, finish (promise 9)
5. owed again  money was taken back: the store hears of it, the account's credit is used, a chargeback restricts at
               once where the policy says so, the customer is told
6. new method  a new payment method is tried once, at once, where the policy says so
7. grace       a promise to pay, the grace after money was taken back, the days after a wrong run was, the hours after
               the invoice moved in from another system, or the day after money was told of without a signature hold
               everything until they are over
8. milestone   the next step of the plan: wait for it, for the end of an exemption, for its warning's full interval
               (promise 3), for its approvals (promise 8), or until a charge that the gateway calls malformed is
               mended; then perform it, unless the rules know what becomes of it

While the case would wait, a card that ends before the next charge is told of (`dunning.payments.cards`).

Before a charge and before each consequence the activities ask the gateway for money that we have not heard of; what
they find is recorded, and everything is decided anew (promise 2).

Promise 4, the catch-up rule, lives in `dunning.case.catch_up`: a step done late moves all later ones by whole days.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from dunning.case.case import Case
from dunning.case.decisions import APPROVAL_OF, EXEMPT, PROMISED, Finish, Perform, Reinstate, Step, Wait, follow_up
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, is_credit
from dunning.case.orders import AskOrder, ChargeOrder, Order
from dunning.case.put_off import put_off
from dunning.case.state import missing_approvals
from dunning.level import Level
from dunning.notices.warnings import announced_at, delivered_before, warn_again
from dunning.payments.cards import before_waiting
from dunning.payments.dust import carried, until_it_is_carried
from dunning.payments.goodwill import give_back
from dunning.payments.open_credit import until_credit_may_pay, with_open_credit
from dunning.payments.refusals import waits_for_mending
from dunning.payments.retries import concluded, until_new_method, with_new_method
from dunning.payments.reversals import owed_again, until_restriction, wait_for_restriction
from dunning.policy.plan import DROPPED, EXEMPTED, Action, Excess, Milestone
from dunning.policy.step_kinds import WHEN_PAID, StepKind
from dunning.policy.step_names import read, step
from dunning.rules.fees import harms
from dunning.rules.follow_ups import follow_ups
from dunning.rules.hints import paused_until
from dunning.rules.moved_in import first_warning
from dunning.rules.promises import service_promised
from dunning.undo.undo import loosened


def decide(case: Case, now: datetime) -> Step:
    """What to do at `now` (UTC), given every fact of the case."""
    found = _by_rule(case, now)
    return before_waiting(case, now, found) if isinstance(found, Wait) else found


def _by_rule(case: Case, now: datetime) -> Step:
    for rule in _RULES:
        found = rule(case, now)
        if found is not None:
            found = until_restriction(case, now, found)
            found = until_new_method(case, now, found)
            return until_it_is_carried(case, now, until_credit_may_pay(case, now, found))
    done = "every step of the policy is done; only a payment or a person ends this case"
    return until_restriction(case, now, Wait(None, "payment", done))


def overcharges(case: Case, order: Order) -> bool:
    """Whether a part was paid since the charge was ordered, so that another try of it would take too much."""
    if not isinstance(order, ChargeOrder) or order.ask_only:
        return False
    return case.balance < order.amount


def outdated(case: Case, order: Order) -> bool:
    """Whether money came since a charge or a fee was ordered that does not pay for all.

    The order cannot know it, and would wait for news of it that the case has heard: no further try is made of it.
    """
    if not isinstance(order, ChargeOrder | AskOrder) or (isinstance(order, ChargeOrder) and order.ask_only):
        return False
    known = frozenset(order.known)
    return any(entry.id not in known for entry in case.entries if entry.kind in MONEY_IN)


def still_wanted(case: Case, milestone: Milestone, now: datetime) -> bool:
    """Whether a step that is under way would be decided on again at `now`, with all that is known by then."""
    step = decide(case, now)
    return isinstance(step, Perform) and step.milestone.name == milestone.name


def overtaken(case: Case, milestone: Milestone) -> bool:
    """Whether money came while the step was tried, so that it must not be tried again (promise 2).

    A step may be retried for days while its company is down; nobody who paid meanwhile is charged, cut off or deleted
    when it comes back, and nobody waits for the service behind a notice that no mail server takes.
    """
    if not case.paid_up or milestone.action not in DROPPED:
        return False
    if case.level not in (Level.ACTIVE, Level.DELETED):
        return True
    if milestone.action is Action.CHARGE:
        # What became of an attempt is asked in any case.
        return not any(a.step == milestone.name and a.ask_at for a in case.attempts)
    return milestone.action is not Action.NOTIFY or read(milestone.name).kind not in WHEN_PAID


def _reinstate(case: Case, now: datetime) -> Step | None:
    if not case.paid_up or case.level is Level.DELETED:
        return None
    if case.level is not Level.ACTIVE:
        return Reinstate(f"nothing is owed any more, and our hold still asks for {case.level.value}")
    if case.lifted:
        return None
    if case.invoice.renews:
        return Reinstate(f"paid for again: the hold of {case.invoice.renews} goes")
    late = case.today(now) > case.invoice.due or case.due_changes
    if late and _closing(case) not in case.steps_done:  # time alone makes no closed case late
        return Reinstate("paid after its due date: another invoice may have handed its hold to this one")
    return None


def _tell(case: Case, now: datetime) -> Step | None:
    for name, title in follow_ups(case):
        if name not in case.steps_done:
            return Perform(follow_up(name, now, title), "it happened, so it is told")
    return None


def _transit(case: Case, now: datetime) -> Step | None:
    attempt = case.in_transit
    if attempt is None or attempt.ask_at is None:
        return None
    milestone = case.plan.milestone(attempt.step) or follow_up(attempt.step, now)
    if later := put_off(case, attempt.step, now):  # nothing came of it, and nobody is charged now
        return Wait(later.until, later.step, later.reason)
    if now < attempt.ask_at:
        why = "the debit is on its way" if attempt.kind == "pending" else "the gateway has not said yet"
        return Wait(attempt.ask_at, f"ask about {attempt.step}", why)
    return Perform(milestone, "ask what became of the attempt; the same key moves no money twice")


def _settle(case: Case, now: datetime) -> Step | None:
    outcome = case.outcome
    if not outcome:
        return None
    if case.balance.minor < 0:
        return Perform(_excess(case, now), f"{-case.balance} more than owed was paid")
    if case.voided and case.balance.minor > 0:
        why = f"{case.balance} that had become credit was taken back"
        return Perform(follow_up(step(StepKind.CREDIT, len(case.entries)), now), why)
    if (closing := _closing(case)) not in case.steps_done:
        return Perform(follow_up(closing, now), f"the case ends: {outcome}")
    return Finish(outcome)


def _closing(case: Case) -> str:
    """The step that closes its books as they are now."""
    return step(StepKind.CLOSE, len(case.entries))


def _excess(case: Case, now: datetime) -> Milestone:
    """Refund the newest payment that was not touched yet; what no refund can take becomes credit."""
    taken_back = {entry.of for entry in case.entries if entry.kind in TAKEN_BACK}
    for payment in reversed(case.payments if case.plan.excess is Excess.REFUND else ()):
        refund = step(StepKind.REFUND, payment.id)
        if refund not in case.steps_done and payment.id not in taken_back and not is_credit(payment.id):
            return follow_up(refund, now)
    return follow_up(step(StepKind.CREDIT, len(case.entries)), now)


def _grace(case: Case, now: datetime) -> Step | None:
    holding = [
        (until, coming, why)
        for until, (coming, why) in (
            (case.promised_until, _PROMISED),
            (case.grace_until, _TAKEN_BACK),
            (case.held_until, _UNDONE),
            (case.moved_in.begins if case.moved_in else None, _MOVED_IN),
            (paused_until(case), _UNSIGNED),
        )
        if until and now < until
    ]
    if not holding:
        return None
    until, coming, why = max(holding)
    return Wait(until, coming, why)


_PROMISED = (PROMISED, "the customer promised to pay by then")
_TAKEN_BACK = ("the grace is over", "money was taken back, and the policy gives this time")
_UNSIGNED = ("the plan goes on", "money was told of without a signature, and a person looks for it")
_MOVED_IN = ("the plan goes on", "the invoice has just moved in, and nothing happens at once")
_UNDONE = ("the plan goes on", "a wrong run of ours was undone, and until then nothing happens")


def _milestone(case: Case, now: datetime) -> Step | None:
    milestone = case.next_milestone
    if milestone is None:
        return None
    ready, why = _ready_at(case, milestone)
    if now < ready:
        return first_warning(case, now, Wait(ready, milestone.name, why))
    if not case.plan.unwarned and harms(case, milestone) and not delivered_before(case, milestone):
        return first_warning(case, now, warn_again(case, milestone, now))
    missing = missing_approvals(case, milestone)
    if missing:
        why = f"{missing} more approval(s) needed before {milestone.name}"
        return Wait(None, f"{APPROVAL_OF}{milestone.name}", why, missing)
    if milestone.action is Action.CHARGE:
        return waits_for_mending(case, milestone.name, now) or concluded(case, milestone) or Perform(milestone, why)
    return Perform(milestone, why)


def _ready_at(case: Case, milestone: Milestone) -> tuple[datetime, str]:
    """When the milestone may happen, and what holds it longest."""
    ready, why = case.when(milestone), f"the policy {case.plan.policy} says day {milestone.day:+d} from the due date"
    for deferral in case.deferrals:
        if deferral.step == milestone.name and deferral.until > ready:
            ready, why = deferral.until, deferral.reason
    if milestone.action in EXEMPTED and case.exempt_until and case.exempt_until > ready:
        ready, why = case.exempt_until, EXEMPT
    if harms(case, milestone):
        for earliest, warning in announced_at(case, milestone):
            if earliest > ready + _SECONDS:
                why = f"the full interval since the warning {warning.name!r} must pass, and its announced date come"
            ready = max(ready, earliest)
    return ready, why


_SECONDS = timedelta(minutes=1)
"""A mail takes seconds to be sent; a wait that they lengthen needs no other explanation."""

_RULES: tuple[Callable[[Case, datetime], Step | None], ...] = (
    give_back,
    _reinstate,
    loosened,
    service_promised,
    with_open_credit,
    carried,
    _tell,
    _transit,
    _settle,
    owed_again,
    with_new_method,
    wait_for_restriction,
    _grace,
    _milestone,
)
