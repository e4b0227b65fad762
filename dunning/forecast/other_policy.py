"""What another policy would do to an open invoice, beside what its own plan does: both roads, played by the rules.

Nobody is moved by looking. A running case keeps its compiled plan; this is what would be if it were moved now
(`dunning.rules.replan`).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

from dunning.case.case import Case
from dunning.forecast.expected import Deed, road
from dunning.policy.file import Policy
from dunning.rules.replan import moved, plan_under
from dunning.windows.shut import ALWAYS_OPEN, Shut

Unfit = Literal["", "in another currency", "with dates that the policy does not fit"]
"""Why an invoice cannot be under a policy; empty when it can."""


class Road(NamedTuple):
    """What comes if nobody pays: the day on which each deed comes first, and what all fees add, in minor units.

    For what needs people it is the earliest day.
    """

    first: Mapping[Deed, date]
    fees: int


class Compared(NamedTuple):
    """An open invoice: `own` is the road of the plan that it keeps, of that version; `other` that of the policy.

    Where it is `unfit`, both are its own.
    """

    invoice: str
    account: str
    customer: str
    currency: str
    due: date
    version: str
    own: Road
    other: Road
    unfit: Unfit = ""


def compared(case: Case, policy: Policy, now: datetime, shut: Shut = ALWAYS_OPEN) -> Iterator[Compared]:
    """The case as it runs, and as it would be under that policy from `now` (UTC) on: one a case."""
    other, unfit = _under(case, policy, now)
    yield Compared(
        invoice=case.invoice.number,
        account=case.invoice.account,
        customer=case.invoice.customer,
        currency=case.balance.currency,
        due=case.invoice.due,
        version=case.plan.version,
        own=_road(case, now, shut),
        other=_road(other, now, shut),
        unfit=unfit,
    )


def kinder(each: Compared) -> bool:
    """Whether the other road is another one, and nothing on it is worse: no fee more, nothing new, nothing earlier.

    What is charged on another day is neither better nor worse.
    """
    worse = [
        deed
        for deed in Deed
        if deed not in (Deed.WRITTEN, Deed.CHARGED) and (then := each.other.first.get(deed))
        if (now := each.own.first.get(deed)) is None or then < now
    ]
    return not worse and each.other.fees <= each.own.fees and each.own != each.other


def _road(case: Case, now: datetime, shut: Shut) -> Road:
    first: dict[Deed, date] = {}
    fees = 0
    for each in road(case, now, shut=shut):
        first.setdefault(each.deed, each.day)
        fees += each.fee
    return Road(first, fees)


def _under(case: Case, policy: Policy, now: datetime) -> tuple[Case, Unfit]:
    """The case with the policy's plan for it; as it is where that cannot be."""
    if policy.currency != case.balance.currency:
        return case, "in another currency"
    try:
        return moved(case, plan_under(case, policy), now), ""
    except (OverflowError, ValueError):  # TimelineError, or past the end of the calendar
        return case, "with dates that the policy does not fit"
