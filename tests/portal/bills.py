"""Cases as the portal finds them: of today, in every state that a customer may meet."""

from datetime import timedelta
from typing import Any

from composition import now
from dunning.calendar import local_date
from dunning.case.announced import Announced, Announcement
from dunning.case.case import Attempted, Case, Done, Opened, open_case
from dunning.case.facts import Payment, Promise, Void, Waiver
from dunning.case.outcomes import Ended
from dunning.case.results import Restricted
from dunning.case.update import changed
from dunning.explain.words import what_is_read
from dunning.level import Level
from dunning.money import Money
from dunning.notices.warnings import announced_now, told_of
from dunning.policy.plan import Action, Invoice, Milestone
from dunning.policy.timeline import plan_for
from dunning.rules.fees import fee_of
from dunning.rules.money_in import paid
from dunning.rules.promises import promised
from dunning.rules.record import recorded
from dunning.rules.updates import voided, waived
from tests.dunning.examples import policy


def case_of(number: str = "INV-1", *, overdue: int = 3, rules: str = "a-small-orange", **more: Any) -> Case:
    """An invoice of USD 19.99 that has been due for so many days; all that was to do until today is done, in vain.

    All of today's too, whatever the hour: what a page says of it must not depend on when the suite runs.
    """
    plan_rules = policy(rules)
    due = local_date(now(), plan_rules.zone) - timedelta(days=overdue)
    facts = {"number": number, "account": "bakery", "customer": "Example Bakery", "amount": Money.parse("USD 19.99")}
    invoice = Invoice.model_validate({**facts, "due": due, **more})
    plan = plan_for(plan_rules, invoice)
    case = open_case(
        Opened(invoice=invoice, plan=plan, reach="outside", generation=1), min(now(), plan.milestones[0].at)
    )
    return changed(case, done=tuple(done for m in plan.milestones if m.day <= overdue for done in _done(case, m)))


def _done(case: Case, milestone: Milestone) -> list[Done]:
    """The step, and the notice that tells of it; whatever warns has said so."""
    kind: dict[Action, Ended] = {Action.CHARGE: "declined", Action.LATE_FEE: "noted", Action.SUSPEND: "restricted"}
    said = _announced(case, milestone)
    over = kind.get(milestone.action, "delivered")
    done = Done(step=milestone.name, action=milestone.action, at=milestone.at, kind=over)
    if told_of(milestone) == milestone.name:
        return [done.model_copy(update={"announced": said})]
    told = Done(step=told_of(milestone), action=Action.NOTIFY, at=milestone.at, kind="delivered", announced=said)
    return [done, told] if what_is_read(milestone) and milestone.action is not Action.ISSUE else [done]


def _announced(case: Case, milestone: Milestone) -> Announcement | None:
    named = [m for m in case.plan.milestones if m.name in milestone.warns_of]
    steps = tuple(Announced(step=m.name, at=m.at, fee=fee_of(case, m)) for m in named)
    return announced_now(case, steps)


def paid_case(case: Case, amount: str = "USD 19.99") -> Case:
    return paid(case, Payment(id=f"pay-{case.invoice.number}", amount=Money.parse(amount), at=now()))


def in_transit(case: Case) -> Case:
    attempt = Attempted(
        step="charge", kind="pending", at=now(), began=now(), ask_at=now() + timedelta(days=1), payment="pi_1"
    )
    return changed(case, attempts=(attempt,))


def void(case: Case) -> Case:
    return voided(case, Void(reason="a mistake"), now())


def waived_case(case: Case) -> Case:
    return waived(case, Waiver(entry="invoice", reason="goodwill"), now())


def promised_case(case: Case, days: int) -> Case:
    return promised(case, Promise(until=case.today(now()) + timedelta(days=days)))


def lapsed(case: Case) -> Case:
    step = next(m for m in case.plan.milestones if m.voids)
    return recorded(case, step, Restricted(level=Level.INACTIVE), now())


def deleted(case: Case) -> Case:
    return changed(case, level=Level.DELETED)


def renewed(case: Case) -> Case:
    return changed(case, renewed=True)
