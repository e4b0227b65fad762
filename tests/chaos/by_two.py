"""A policy whose deletions take two people."""

from dunning.policy.file import Policy


def by_two(policy: Policy, *, wanted: bool) -> Policy:
    """The policy, whose deletions take two people; itself when that was not drawn."""
    if not wanted:
        return policy
    rules = [each.model_copy(update={"approvals": 2}) if each.approvals else each for each in policy.milestones]
    return policy.model_copy(update={"milestones": tuple(rules)})
