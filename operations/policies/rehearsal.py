"""What may be rehearsed: an invoice's life under a policy, which nobody pays unless it is said when and how."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dunning.calendar import local_date
from dunning.money import Money
from dunning.policy.file import Policy
from dunning.policy.plan import Action, Plan
from dunning.policy.timeline import TimelineError, plan_for
from operations.errors import RefusedError
from operations.invoices.new_invoice import NewInvoice, NewService
from operations.policies.plans import not_fitting, too_late, zone_of

MARGIN = 30
"""Days after the last step in which a late case may still catch up."""
_MINOR = 1999
_LEAST = 120
"""Days from the due date that are played at least."""
_FAR = 1000
"""So many days ahead an earliest due date is looked for."""


class Comes(NamedTuple):
    """Money that comes on a day counted from the due date."""

    day: int
    amount: Money


class Agrees(NamedTuple):
    """A person who approves a step, on a day counted from the due date. Two approvals of a step are two people."""

    day: int
    milestone: str


class Rehearse(NamedTuple):
    """What a person asks for; an empty `zone` is the policy's. Only on the days `charged` a charge succeeds."""

    due: date
    zone: str = ""
    amount: Money | None = None
    money: Sequence[Comes] = ()
    charged: Sequence[int] = ()
    agreed: Sequence[Agrees] = ()


class Rehearsal(NamedTuple):
    """What is played. After `last_day`, counted from the due date, nothing is to come any more."""

    row: NewInvoice
    money: Sequence[Comes]
    declined: Sequence[int]
    agreed: Sequence[Agrees]
    last_day: int


def rehearsal(policy: Policy, asked: Rehearse, now: datetime) -> Rehearsal:
    """The life that is asked for, if it can be played from now on. Raises RefusedError, naming what is wrong."""
    row = NewInvoice(
        invoice="REHEARSAL",
        account="rehearsal",
        customer="Example Customer",
        emails=("customer@post.example",),
        amount=_owed(asked.amount, policy),
        due=asked.due,
        policy=policy.name,
        zone=zone_of(asked.zone) or None,
        services=(NewService(user="rehearsal", domain="rehearsal.example"),),
    )
    plan = _plan(row, policy, asked.due)
    days = _charge_days(plan)
    _check_charged(plan, days, asked.charged)
    _check_agreed(plan, asked.agreed)
    today = local_date(now, plan.zone)
    _check_money(asked, policy, today)
    _check_due(row, policy, now)
    last = max(_LEAST, plan.milestones[-1].day, *(each.day for each in (*asked.money, *asked.agreed)))
    declined = [day for day in days if day not in asked.charged]
    return Rehearsal(row, asked.money, declined, asked.agreed, last + MARGIN)


def _owed(amount: Money | None, policy: Policy) -> Money:
    owed = amount or Money(minor=_MINOR, currency=policy.currency)
    if owed.minor <= 0:
        raise RefusedError(f"{owed} is not positive", field="amount")
    if owed.currency != policy.currency:
        currency = f"{policy.currency}, the currency of the policy {policy.name}"
        raise RefusedError(f"{owed} is not in {currency}", field="amount")
    return owed


def _plan(row: NewInvoice, policy: Policy, due: date) -> Plan:
    invoice = row.invoice_facts().model_copy(update={"due": due})
    try:
        return plan_for(policy, invoice, row.zone or "")
    except TimelineError as error:
        raise not_fitting(policy, error) from None
    except (OverflowError, ValueError):
        raise too_late(due) from None


def _charge_days(plan: Plan) -> list[int]:
    return [each.day for each in plan.milestones if each.action is Action.CHARGE]


def _check_agreed(plan: Plan, agreed: Sequence[Agrees]) -> None:
    asking = [each.name for each in plan.milestones if each.approvals]
    for each in agreed:
        if each.milestone not in asking:
            known = ", ".join(asking) or "none"
            raise RefusedError(
                f"the policy {plan.policy} asks for no approval of {each.milestone!r}, only of: {known}",
                field="approve",
            )


def _check_charged(plan: Plan, days: Sequence[int], charged: Sequence[int]) -> None:
    for day in charged:
        if day not in days:
            known = ", ".join(map(str, days)) or "none"
            raise RefusedError(
                f"the policy {plan.policy} charges nothing on day {day}; its charge days are: {known}", field="charge"
            )


def _check_money(asked: Rehearse, policy: Policy, today: date) -> None:
    """As `pay` does it: money in another currency pays nothing, and is not entered by mistake."""
    for each in asked.money:
        if each.amount.currency != policy.currency:
            currency = f"{policy.currency}, the currency of the policy {policy.name}"
            raise RefusedError(f"{each.amount} is not in {currency}: it would pay nothing", field="pay")
        if asked.due + timedelta(days=each.day) < today:
            raise RefusedError(f"day {each.day:+d} is past; a rehearsal starts now", field="pay")


def _check_due(row: NewInvoice, policy: Policy, now: datetime) -> None:
    plan = _plan(row, policy, row.due)
    if _lies_ahead(plan, now):
        return
    today = local_date(now, plan.zone)
    days = (today + timedelta(days=ahead) for ahead in range(_FAR))
    earliest = next(day for day in days if _lies_ahead(_plan(row, policy, day), now))
    raise RefusedError(
        f"{row.due} is past; a rehearsal starts now, so {earliest} is the earliest due date for {policy.name}",
        field="due",
    )


def _lies_ahead(plan: Plan, now: datetime) -> bool:
    """Whether no step from the due date on is past; what comes before it happens at once when it is late."""
    return all(each.at > now for each in plan.milestones if each.day >= 0 and each.action is not Action.ISSUE)
