"""What a policy must keep besides its form: order, warnings, grace, approvals. Each finding names key and reason."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from dunning.level import Level
from dunning.money import Money
from dunning.policy.announcements import announcements
from dunning.policy.fee import Fee
from dunning.policy.file import ANCHORS, Policy
from dunning.policy.finding import Finding
from dunning.policy.least import most_least
from dunning.policy.plan import CONSEQUENCES, DELETIONS, LEVEL_OF, Action, Invoice, Milestone
from dunning.policy.step_names import RESERVED
from dunning.policy.timeline import TimelineError, timeline

# One due date a month over a leap and a common year: month ends, February and both DST changes are among them.
_SAMPLE_DUES = [date(2028, 1, 31) + timedelta(days=30 * step) for step in range(25)]


class PolicyError(ValueError):
    """A policy file that may not be used. The text has a line per finding: file, key, reason."""

    def __init__(self, file: str, wrong: Sequence[Finding]) -> None:
        super().__init__("\n".join(f"{file}: {finding.key}: {finding.reason}" for finding in wrong))
        self.findings = wrong


def findings(policy: Policy) -> list[Finding]:
    """Everything wrong with a policy; empty when it may be used."""
    wrong = [*_names(policy), *_anchors(policy)]
    if wrong:
        return wrong
    wrong = [*_order(policy), *_amounts(policy)]
    wrong = wrong or [*_levels(policy), *_notices(policy), *announcements(policy)]
    # Months have different lengths: what holds for one due date need not hold for another.
    unfit = (_unfit(policy, due) for due in _SAMPLE_DUES)
    return wrong or next((found for found in unfit if found), wrong)


def _unfit(policy: Policy, due: date) -> list[Finding]:
    milestones = _sample(policy, due)
    return [*_warnings(policy, milestones), *_grace(policy, milestones), *_deletions(milestones)]


def _names(policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, rule in enumerate(policy.milestones):
        if rule.name in seen or rule.name in ANCHORS:
            yield Finding(f"milestones[{place}].name", f"{rule.name!r} is already taken; give this milestone a name")
        if rule.name in RESERVED:
            yield Finding(f"milestones[{place}].name", f"{rule.name!r} is what a step beside the plan is called")
        seen.add(rule.name)


def _anchors(policy: Policy) -> Iterator[Finding]:
    known = set(ANCHORS)
    for place, rule in enumerate(policy.milestones):
        if rule.after not in known:
            yield Finding(
                f"milestones[{place}].after", f"{rule.after!r} is none of: due, paid-through, an earlier milestone"
            )
        known.add(rule.name)


def _sample(policy: Policy, due: date) -> tuple[Milestone, ...]:
    invoice = Invoice(number="sample", account="sample", amount=Money.zero(policy.currency), due=due)
    return timeline(policy, invoice)


def _order(policy: Policy) -> Iterator[Finding]:
    for due in _SAMPLE_DUES:
        try:
            _sample(policy, due)
        except TimelineError as error:
            yield Finding(
                f"milestones[{error.place}].offset",
                f"out of order: {error}; milestones stand in the file in the order in which they happen",
            )
            return


def _amounts(policy: Policy) -> Iterator[Finding]:
    fees = {f"milestones[{place}].fee": rule.fee for place, rule in enumerate(policy.milestones)}
    fees["reinstatement.fee"] = policy.reinstatement.fee
    for key, fee in fees.items():
        if fee:
            yield from _fee(key, fee, policy.currency)
    least = policy.least_balance
    if least and (least.currency != policy.currency or least.minor < 0):
        yield Finding(
            "least_balance", f"{least} must be an amount of the policy's currency, {policy.currency}, or zero"
        )
    elif least and least > (most := most_least(policy.currency)):
        yield Finding("least_balance", f"{least} is more than {most}: who owes less than that would never be charged")
    for key in ("backup_fee", "archive_fee"):
        if amount := getattr(policy.restoration, key):
            yield from _amount(f"restoration.{key}", amount, policy.currency)
    for place, rule in enumerate(policy.milestones):
        if (rule.fee is None) == (rule.action is Action.LATE_FEE):
            yield Finding(f"milestones[{place}].fee", "a late_fee needs a fee, and nothing else may have one")


def _fee(key: str, fee: Fee, currency: str) -> Iterator[Finding]:
    wrong = [finding for part, amount in fee.amounts().items() for finding in _amount(key + part, amount, currency)]
    yield from wrong
    if not wrong and fee.minimum and fee.maximum and fee.maximum < fee.minimum:
        yield Finding(f"{key}.maximum", f"{fee.maximum} is less than the minimum, {fee.minimum}")


def _amount(key: str, amount: Money, currency: str) -> Iterator[Finding]:
    if amount.currency != currency or amount.minor <= 0:
        yield Finding(key, f"{amount} must be a positive amount of the policy's currency, {currency}")


def _levels(policy: Policy) -> Iterator[Finding]:
    reached = Level.ACTIVE
    for place, rule in enumerate(policy.milestones):
        level = LEVEL_OF.get(rule.action)
        if level and level.rank <= reached.rank:
            yield Finding(f"milestones[{place}].action", f"{rule.name!r} does not go beyond {reached.value!r}")
        reached = level or reached


def _warnings(policy: Policy, milestones: tuple[Milestone, ...]) -> Iterator[Finding]:
    for place, milestone in enumerate(milestones):
        earlier = [each for each in milestones[:place] if milestone.name in each.warns_of]
        warned = any(each.day >= 0 and each.at < milestone.at for each in earlier)
        if milestone.action in CONSEQUENCES and not warned and not _without_grace(policy, milestone):
            yield Finding(
                f"milestones[{place}]",
                f"{milestone.name!r} is a consequence without a warning before it: a milestone on or after the due "
                f'date and before it has to announce it: warns_of = ["{milestone.name}"], and a notice that says so',
            )


def _without_grace(policy: Policy, milestone: Milestone) -> bool:
    return policy.confirm_no_grace and milestone.day <= 0


def _grace(policy: Policy, milestones: tuple[Milestone, ...]) -> Iterator[Finding]:
    for place, milestone in enumerate(milestones):
        if milestone.action in CONSEQUENCES and milestone.day <= 0 and not policy.confirm_no_grace:
            yield Finding(
                f"milestones[{place}].offset",
                f"{milestone.name!r} on day {milestone.day} leaves no grace period; "
                "write confirm_no_grace = true if that is what you want",
            )


def _deletions(milestones: tuple[Milestone, ...]) -> Iterator[Finding]:
    restricted: Milestone | None = None
    for place, milestone in enumerate(milestones):
        if milestone.action in (Action.SUSPEND, Action.DEACTIVATE):
            restricted = restricted or milestone
        if milestone.action not in DELETIONS:
            continue
        if restricted is None or milestone.day <= restricted.day:
            yield Finding(f"milestones[{place}]", f"{milestone.name!r} needs a suspension at least a day before it")


def _notices(policy: Policy) -> Iterator[Finding]:
    for place, rule in enumerate(policy.milestones):
        if rule.action is Action.NOTIFY and not rule.notice:
            yield Finding(f"milestones[{place}].notice", "a notify milestone needs the title of its notice")
        if rule.action is not Action.CHARGE and (rule.notice_failed or rule.notice_no_method):
            yield Finding(f"milestones[{place}].notice_failed", "only a charge can fail")
        if rule.action is Action.CHARGE and rule.notice:
            yield Finding(f"milestones[{place}].notice", "a charge has notice_failed and notice_no_method instead")
