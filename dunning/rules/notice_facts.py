"""What a notice tells beside its title: the payment that it is about, why a charge failed, whether it may wait."""

from dunning.case.case import Case
from dunning.case.ledger import TAKEN_BACK, Entry, find
from dunning.notices.bounced import notice_of
from dunning.notices.confirmations import confirmed_by
from dunning.policy.plan import Action, Milestone


def money_told(case: Case, milestone: Milestone) -> tuple[Entry, ...]:
    """The payments that a confirmation is about, or the money that a notice about a reversal is about."""
    name = notice_of(milestone.name)
    if name.startswith("reversal:"):
        taken = find(case.entries, name.removeprefix("reversal:"), TAKEN_BACK)
        return (taken,) if taken else ()
    return confirmed_by(case, name)


def failure(case: Case, milestone: Milestone) -> str:
    """Why the charge failed that the notice is about, in words for the customer; empty for other notices."""
    charge = notice_of(milestone.name).removesuffix(":told")
    return next((a.message for a in case.attempts if a.step == charge), "")


def in_digest(case: Case, milestone: Milestone) -> bool:
    """Whether the notice waits for the account's others of that day: one that the plan dates may.

    A receipt, and what became of a charge, goes out at once.
    """
    dated = case.plan.milestone(notice_of(milestone.name).split(":again:")[0].removesuffix(":told"))
    return case.plan.digest and dated is not None and dated.action is not Action.CHARGE
