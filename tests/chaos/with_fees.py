"""A policy with other late fees than its file's: as drawn, and announced by every warning before them."""

from collections.abc import Sequence

from dunning.policy.file import ANCHORS, MilestoneRule, Policy
from dunning.policy.plan import Action
from tests.chaos.drawn import DrawnFee

NAMES = ("late-fee", "second-late-fee")


def with_fees(policy: Policy, fees: Sequence[DrawnFee]) -> Policy:
    """The policy with those instead of its own; itself when none are drawn."""
    if not fees:
        return policy
    old = {rule.name for rule in policy.milestones if rule.action is Action.LATE_FEE}
    rules = [_warning_of(rule, add=(), drop=old) for rule in policy.milestones if rule.name not in old]
    first = next(rule.distance.days for rule in rules if rule.warns_of)
    for name, fee in zip(NAMES, fees, strict=False):
        rules = _inserted(rules, _rule(name, fee, first + fee.after))
    return policy.model_copy(update={"milestones": tuple(rules)})


def _rule(name: str, fee: DrawnFee, day: int) -> MilestoneRule:
    bounds = {key: _usd(minor) for key, minor in (("minimum", fee.minimum), ("maximum", fee.maximum)) if minor}
    written = {"percent": fee.percent, **bounds} if fee.percent else _usd(fee.fixed)
    return MilestoneRule.model_validate({"name": name, "action": "late_fee", "offset": day, "fee": written})


def _inserted(rules: list[MilestoneRule], fee: MilestoneRule) -> list[MilestoneRule]:
    """In its place, and named by each notice before it that warns of anything."""
    day = fee.distance.days
    early = [rule for rule in rules if rule.after in ANCHORS and rule.distance.days <= day]
    told = [
        _warning_of(rule, add=(fee.name,)) if rule.warns_of and rule.distance.days < day else rule for rule in early
    ]
    return [*told, fee, *rules[len(early) :]]


def _warning_of(rule: MilestoneRule, *, add: tuple[str, ...], drop: set[str] | None = None) -> MilestoneRule:
    kept = tuple(name for name in rule.warns_of if name not in (drop or ()))
    return rule.model_copy(update={"warns_of": (*kept, *add)})


def _usd(minor: int) -> str:
    return f"USD {minor // 100}.{minor % 100:02}"
