"""A person gives a payment back, or a part of it, and the customer keeps what it paid for.

It goes back through the gateway by a step of the case, so it happens once whatever crashes; when it has gone, as much
is waived. So the balance stays what it was.
"""

from datetime import datetime

from dunning.case.case import Case
from dunning.case.decisions import Perform, Step, follow_up
from dunning.case.facts import GiveBack
from dunning.case.ledger import Entry, Kind, find, is_credit, still_of
from dunning.case.update import changed, one_fact
from dunning.policy.plan import Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read, step


@one_fact
def asked_back(case: Case, fact: GiveBack) -> Case:
    """A person gives it back; the same id once."""
    known = any(each.id == fact.id for each in case.given_back)
    return case if known else changed(case, given_back=(*case.given_back, fact))


def give_back_refused(case: Case, fact: GiveBack) -> str:
    """Why it cannot be given back; the same again is never refused."""
    if fact in case.given_back:
        return ""
    if any(each.id == fact.id for each in case.given_back):
        return f"{fact.id!r} was given back before, as something else"
    payment = find(case.entries, fact.payment, (Kind.PAYMENT,))
    if payment is None or is_credit(fact.payment):
        return f"there is no payment {fact.payment!r} on this invoice that a gateway could give back"
    if fact.amount.currency != payment.amount.currency or fact.amount.minor <= 0:
        return f"{fact.amount} is no part of a payment of {payment.amount}"
    left = payment.amount.model_copy(update={"minor": max(0, _left(case, payment))})
    return f"{fact.amount} is more than the {left} that is left of {payment.id}" if left < fact.amount else ""


def give_back(case: Case, now: datetime) -> Step | None:
    """Each once, whatever is owed."""
    for fact in case.given_back:
        name = step(StepKind.GIVE_BACK, fact.id)
        if name not in case.steps_done:
            return Perform(follow_up(name, now), "a person gives it back")
    return None


def asked_by(case: Case, milestone: Milestone) -> GiveBack | None:
    """What a refund gives back because a person said so; None for a refund of what was paid too much."""
    name = read(milestone.name)
    if name.kind is not StepKind.GIVE_BACK:
        return None
    return next(each for each in case.given_back if each.id == name.id)


def _left(case: Case, payment: Entry) -> int:
    """Less what was given back, and what is about to be."""
    refunds = sum(e.amount.minor for e in case.entries if e.kind is Kind.REFUND and e.of == payment.id)
    waiting = (f for f in case.given_back if step(StepKind.GIVE_BACK, f.id) not in case.steps_done)
    return still_of(payment, case.entries) - refunds - sum(f.amount.minor for f in waiting if f.payment == payment.id)
