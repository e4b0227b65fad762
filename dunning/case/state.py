"""Where a case stands, in one word, and who still has to agree to its next step."""

from datetime import datetime

from dunning.case.case import Case
from dunning.level import Level
from dunning.policy.plan import Action, Milestone


def missing_approvals(case: Case, milestone: Milestone) -> int:
    """How many more people have to agree before the milestone."""
    return max(0, milestone.approvals - len({a.by for a in case.approvals if a.milestone == milestone.name}))


def state(case: Case, now: datetime) -> str:
    """One word for operators to filter by."""
    if case.voided or case.renewed:
        return "void" if case.voided else "renewed"
    if case.paid_up:
        return "paid" if case.payments else "waived"
    if case.level is Level.DELETED:
        return "deleted"
    return _unpaid_state(case, now)


def _unpaid_state(case: Case, now: datetime) -> str:
    if case.in_transit:
        return "in-transit"
    if case.promised_until and now < case.promised_until:
        return "promised"
    coming = case.next_milestone
    if coming and now >= case.when(coming) and missing_approvals(case, coming):
        return "awaiting-approval"
    if case.lapsed:
        return "lapsed"
    if case.overdue_days(now):
        return "overdue"
    first = case.plan.milestones[0]
    return "scheduled" if first.action is Action.ISSUE and first.name not in case.steps_done else "open"
