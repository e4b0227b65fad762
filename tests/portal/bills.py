"""Cases as the portal finds them: of today, in every state that a customer may meet."""

from datetime import timedelta
from typing import Any

from composition import now
from dunning.calendar import local_date
from dunning.case.case import Attempted, Case, Done, Opened, open_case
from dunning.case.facts import Payment, Promise, Void, Waiver
from dunning.case.outcomes import Ended
from dunning.case.results import Restricted
from dunning.case.update import changed
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action, Invoice, Milestone
from dunning.policy.timeline import plan_for
from dunning.rules.money_in import paid
from dunning.rules.record import recorded
from dunning.rules.updates import promised, voided, waived
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
    return changed(case, done=tuple(_done(m) for m in plan.milestones if m.day <= overdue))


def _done(milestone: Milestone) -> Done:
    kind: dict[Action, Ended] = {Action.CHARGE: "declined", Action.LATE_FEE: "noted", Action.SUSPEND: "restricted"}
    return Done(
        step=milestone.name, action=milestone.action, at=milestone.at, kind=kind.get(milestone.action, "delivered")
    )


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
