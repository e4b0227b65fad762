"""Where a case stands, in one word, and who still has to agree to its next step."""

from dunning.case.case import Case
from dunning.level import Level
from dunning.policy.plan import Action, Milestone
from dunning.staff.four_eyes import THE_POLICY, agreed
from dunning.states import State


def missing_approvals(case: Case, milestone: Milestone) -> int:
    """How many more people have to agree before the milestone."""
    return max(0, milestone.approvals - len(agreed(approvers(case, milestone), THE_POLICY)))


def approvers(case: Case, milestone: Milestone) -> tuple[str, ...]:
    """Who has agreed to the milestone, as they were named, the first one first."""
    return tuple(each.by for each in case.approvals if each.milestone == milestone.name)


def state(case: Case) -> State:
    """One word for operators to filter by: only facts change it, so it stays right while the case sleeps.

    What time alone adds (`dunning.rules.state_at`) is derived when somebody reads.
    """
    if case.voided or case.renewed:
        return "void" if case.voided else "renewed"
    if case.paid_up:
        return "paid" if case.payments else "waived"
    if case.level is Level.DELETED:
        return "deleted"
    if case.in_transit:
        return "in-transit"
    if case.lapsed:
        return "lapsed"
    first = case.plan.milestones[0]
    return "scheduled" if first.action is Action.ISSUE and first.name not in case.steps_done else "open"
