"""From policy and invoice to dated milestones."""

from datetime import date, timedelta

from dunning.calendar import add_offset, instant, local_date
from dunning.policy.file import MilestoneRule, Policy
from dunning.policy.least import least_charge
from dunning.policy.plan import Awaits, Invoice, Milestone, Plan, Restoration, TakenBack, WhenFailed

_ALSO_OF_THE_RULE = (
    "name",
    "action",
    "notice",
    "notice_failed",
    "notice_no_method",
    "fee",
    "fee_without_attempt",
    "approvals",
    "voids",
    "services",
    "warns_of",
)


class TimelineError(ValueError):
    """This invoice's dates bring the policy's milestones out of order. `place` is the offending one's index."""

    def __init__(self, place: int, name: str, earlier: str) -> None:
        super().__init__(f"{name!r} would come before {earlier!r}")
        self.place = place


def timeline(policy: Policy, invoice: Invoice, zone: str = "") -> tuple[Milestone, ...]:
    """The invoice's milestones in order, at the policy's local hour in `zone` (default: the policy's).

    Raises TimelineError when the anchors of this invoice (a paid-through date far from the due date) bring the
    milestones out of order.
    """
    zone = zone or policy.zone
    days: dict[str, date] = {"due": invoice.due, "paid-through": invoice.paid_through or invoice.due}
    milestones: list[Milestone] = []
    for rule in policy.milestones:
        milestone = _dated(rule, policy, days, zone, invoice.due)
        if milestones and milestone.at < milestones[-1].at:
            raise TimelineError(len(milestones), milestone.name, milestones[-1].name)
        days[rule.name] = local_date(milestone.at, zone)
        milestones.append(milestone)
    return tuple(milestones)


def plan_for(policy: Policy, invoice: Invoice, zone: str = "") -> Plan:
    """Compile all that a running case needs of the policy. Raises TimelineError."""
    return Plan(
        policy=policy.name,
        version=policy.version,
        zone=zone or policy.zone,
        milestones=timeline(policy, invoice, zone),
        rule=policy.reinstatement.rule,
        reactivation_fee=policy.reinstatement.fee,
        payment_notice=policy.payment_notice,
        excess=policy.excess,
        unwarned=policy.confirm_no_grace,
        charges_new_method=policy.charging.new_method,
        most_attempts=policy.charging.most,
        expiry_notices=tuple(sorted(policy.charging.expiry_notices, reverse=True)),
        expiry_notice=policy.charging.expiry_notice,
        uses_credit=policy.use_credit,
        open_credit=policy.open_credit,
        least_balance=policy.least_balance or least_charge(policy.currency),
        digest=policy.digest,
        repeated_warning=policy.repeated_warning,
        only_in_hours_of=policy.only_in_hours_of,
        taken_back=TakenBack.model_validate(policy.taken_back.model_dump()),
        awaits=Awaits(days=policy.processor.wait_days, take_over=policy.processor.when_failed is WhenFailed.TAKE_OVER),
        restoration=Restoration.model_validate(policy.restoration.model_dump()),
    )


def _dated(rule: MilestoneRule, policy: Policy, days: dict[str, date], zone: str, due: date) -> Milestone:
    day = add_offset(days[rule.after], rule.distance)
    at = instant(day, rule.hour or policy.hour, zone) + timedelta(minutes=rule.distance.minutes)
    return Milestone(
        at=at,
        day=(local_date(at, zone) - due).days,
        **{key: getattr(rule, key) for key in _ALSO_OF_THE_RULE},
    )
