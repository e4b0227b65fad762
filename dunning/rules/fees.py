"""What a step costs the customer: one function for what is booked, what is announced and what is forecast.

A percentage is taken of what is open of the invoice on that day without the fees that are open: no fee on a fee. What
was paid pays the invoice before it pays fees, so part payments make a later fee smaller, never larger.
"""

from dunning.case.case import Case
from dunning.case.ledger import FEES, Kind
from dunning.money import Money
from dunning.payments.retries import ours
from dunning.policy.fee import Fee
from dunning.policy.plan import CONSEQUENCES, Action, Milestone
from dunning.undo.undo import fresh_id, struck_out


def fee_of(case: Case, milestone: Milestone) -> Money | None:
    """The fee that the step adds if it is done in this state of the case; None where it adds none."""
    fee = _rule_of(case, milestone)
    if fee is None or case.paid_up or case.lapsed:
        return None
    amount = fee.on(fee_base(case))
    return amount if amount.minor > 0 else None


def harms(case: Case, milestone: Milestone) -> bool:
    """Whether it is a consequence; a fee that does not apply is none, so nobody is warned of it."""
    if milestone.action not in CONSEQUENCES:
        return False
    return milestone.action is not Action.LATE_FEE or fee_of(case, milestone) is not None


def fee_base(case: Case) -> Money:
    """What a percentage is taken of: the open balance without the fees that nobody waived; never below zero."""
    struck = sum(entry.amount.minor for entry in case.entries if entry.kind is Kind.WAIVER and entry.of in _fees(case))
    without = case.balance.minor - sum(_fees(case).values()) + struck
    return Money(minor=max(0, without), currency=case.balance.currency)


def _fees(case: Case) -> dict[str, int]:
    return {entry.id: entry.amount.minor for entry in case.entries if entry.kind in FEES}


def _rule_of(case: Case, milestone: Milestone) -> Fee | None:
    if milestone.action is Action.LATE_FEE:
        return milestone.fee if _applies(case, milestone) and not _booked(case, milestone) else None
    if milestone.action is Action.SUSPEND:
        return None if _reactivation_asked_for(case) else case.plan.reactivation_fee
    return None


def _booked(case: Case, milestone: Milestone) -> bool:
    """It was asked for, and a person waived it: an undo that brings the step again does not bring the fee again."""
    return fresh_id(case, milestone.name) in case.places


def _applies(case: Case, milestone: Milestone) -> bool:
    """S3-35: a policy says whether the fee applies when no charge could even be attempted."""
    charges = ours(case)
    return milestone.fee_without_attempt or bool(charges and charges[-1].kind != "no_method")


def _reactivation_asked_for(case: Case) -> bool:
    return any(entry.kind is Kind.REACTIVATION_FEE and not struck_out(case, entry) for entry in case.entries)
