"""A person gives a payment back, or a part of it, and the customer keeps what it paid for.

It goes back through the gateway by a step of the case, so it happens once whatever crashes; when it has gone, as much
is waived. So the balance stays what it was.
"""

from datetime import datetime

from dunning.case.case import Case
from dunning.case.decisions import Perform, Step, follow_up
from dunning.case.facts import GiveBack
from dunning.case.ledger import Entry, Kind, balance, find, is_credit, still_of
from dunning.case.update import changed, one_fact
from dunning.money import Money
from dunning.policy.plan import Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read, step

_MONEY = (Kind.PAYMENT, Kind.REVERSAL, Kind.CHARGEBACK, Kind.RESTORED, Kind.REFUND, Kind.CREDIT)
_AS_CREDIT = "what became credit of the account is paid out with `starter.py credits pay-out`"


@one_fact
def asked_back(case: Case, fact: GiveBack) -> Case:
    """A person gives it back; the same id once."""
    known = any(each.id == fact.id for each in case.given_back)
    return case if known else changed(case, given_back=(*case.given_back, fact))


def give_back_refused(case: Case, fact: GiveBack) -> str:
    """Why it cannot be given back; the same again is never refused."""
    if fact in case.given_back:
        return ""
    if before := next((each for each in case.given_back if each.id == fact.id), None):
        what = f"{before.amount} of {before.payment} ({before.reason})"
        return f"under the id {fact.id!r} {what} was given back before: give another refund an id of its own"
    payment = find(case.entries, fact.payment, (Kind.PAYMENT,))
    if payment is None or is_credit(fact.payment):
        return _no_payment(case, fact)
    if fact.amount.currency != payment.amount.currency or fact.amount.minor <= 0:
        return f"{fact.amount} is no part of a payment of {payment.amount}"
    return _too_much(case, fact, payment)


def _no_payment(case: Case, fact: GiveBack) -> str:
    have = ", ".join(entry.id for entry in case.payments if not is_credit(entry.id)) or "none"
    return (
        f"there is no payment {fact.payment!r} on this invoice that a gateway could give back; it has {have}; "
        f"{_AS_CREDIT}"
    )


def _too_much(case: Case, fact: GiveBack, payment: Entry) -> str:
    waiting = _waiting(case)
    of_it = (
        still_of(payment, case.entries)
        - _refunded(case, payment)
        - sum(each.amount.minor for each in waiting if each.payment == payment.id)
    )
    paying = pays_for_it(case).minor - sum(each.amount.minor for each in waiting)
    left = payment.amount.model_copy(update={"minor": max(0, min(of_it, paying))})
    if not left < fact.amount:
        return ""
    if paying < of_it:
        return f"{fact.amount} is more than the {left} that pays for this invoice; {_AS_CREDIT}"
    return f"{fact.amount} is more than the {left} that is left of {payment.id}"


def pays_for_it(case: Case) -> Money:
    """How much of the money that came pays for what is asked; the rest is credit of the account, or becomes it."""
    kept = -balance(tuple(entry for entry in case.entries if entry.kind in _MONEY), case.balance.currency)
    return kept.model_copy(update={"minor": max(0, kept.minor + min(0, case.balance.minor))})


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


def _waiting(case: Case) -> tuple[GiveBack, ...]:
    """What is about to be given back."""
    return tuple(each for each in case.given_back if step(StepKind.GIVE_BACK, each.id) not in case.steps_done)


def _refunded(case: Case, payment: Entry) -> int:
    return sum(e.amount.minor for e in case.entries if e.kind is Kind.REFUND and e.of == payment.id)
