"""Steps in words, the same in tables and pictures."""

from dunning.policy.plan import Milestone


def notice(milestone: Milestone) -> str:
    """What the customer reads at a step."""
    if milestone.notice_failed:
        return f"if it fails: {milestone.notice_failed}"
    return milestone.notice
