"""Which notices warn of which consequences: `warns_of` names later consequences, and stands where something is written.

Whether the words say so, too, is seen once they are rendered (`adapters.templates.announced`).
"""

from collections.abc import Iterator

from dunning.policy.file import MilestoneRule, Policy
from dunning.policy.finding import Finding
from dunning.policy.plan import CONSEQUENCES, Action


def announcements(policy: Policy) -> Iterator[Finding]:
    """Everything wrong with what the milestones say that they warn of."""
    later = {rule.name: rule for rule in policy.milestones}
    for place, rule in enumerate(policy.milestones):
        later.pop(rule.name, None)
        key = f"milestones[{place}].warns_of"
        for name in rule.warns_of:
            reason = _unfit(name, later)
            if reason:
                yield Finding(key, reason)
        if rule.warns_of and not _writes(rule):
            yield Finding(key, _SILENT[rule.action is Action.CHARGE].format(name=rule.name))


def _unfit(name: str, later: dict[str, MilestoneRule]) -> str:
    rule = later.get(name)
    if rule is None:
        return f"{name!r} is no later milestone; name the steps that the notice announces"
    if rule.action not in CONSEQUENCES:
        return f"{name!r} is no consequence; what needs a warning is: {', '.join(CONSEQUENCES)}"
    return ""


def _writes(rule: MilestoneRule) -> bool:
    """Whether something is written whatever comes of the step: a charge has a notice for either way to fail."""
    return bool(rule.notice or (rule.notice_failed and rule.notice_no_method))


_SILENT = {
    False: "{name!r} warns of something but writes no notice: give it one",
    True: "{name!r} warns of something: give it notice_failed and notice_no_method, or somebody without a payment "
    "method is not warned",
}
