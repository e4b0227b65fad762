"""What a notice tells beside its title: the payment that it is about, why a charge failed, whether it may wait."""

from dunning.case.case import Case
from dunning.case.ledger import TAKEN_BACK, Entry, find
from dunning.notices.confirmations import confirmed_by
from dunning.policy.plan import Action, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read


def money_told(case: Case, milestone: Milestone) -> tuple[Entry, ...]:
    """The payments that a confirmation is about, or the money that a notice about a reversal is about."""
    name = read(milestone.name)
    if name.kind is StepKind.REVERSAL:
        taken = find(case.entries, name.id, TAKEN_BACK)
        return (taken,) if taken else ()
    return confirmed_by(case, name.id) if name.kind is StepKind.CONFIRM else ()


def failure(case: Case, milestone: Milestone) -> str:
    """Why the charge failed that the notice is about, in words for the customer; empty for other notices."""
    charge = str(read(milestone.name).base)
    return next((a.message for a in case.attempts if a.step == charge), "")


def in_digest(case: Case, milestone: Milestone) -> bool:
    """Whether the notice waits for the account's others of that day: one that the plan dates may.

    A receipt, and what became of a charge, goes out at once.
    """
    dated = case.plan.milestone(read(milestone.name).milestone)
    return case.plan.digest and dated is not None and dated.action is not Action.CHARGE
