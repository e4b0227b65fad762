"""What comes of one open invoice in the next days if nobody pays: the rules, played forward from its case."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from dunning.calendar import instant, local_date
from dunning.case.case import Case
from dunning.policy.plan import Action
from dunning.rules.upcoming import Coming, upcoming
from dunning.windows.shut import ALWAYS_OPEN, Shut


class Deed(StrEnum):
    """What a customer notices, as people count it."""

    CHARGED = "charged"
    WRITTEN = "written to"
    FEE = "fee"
    WARNED = "warned"
    LOCKED = "locked"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"
    DELETED = "deleted"
    BACKUPS = "back-ups deleted"


DEED_OF: Mapping[Action, Deed | None] = {
    Action.ISSUE: Deed.WRITTEN,
    Action.CHARGE: Deed.CHARGED,
    Action.NOTIFY: Deed.WRITTEN,
    Action.CARD: Deed.WRITTEN,
    Action.LATE_FEE: Deed.FEE,
    Action.WARN_ADMINS: Deed.WARNED,
    Action.LOCK: Deed.LOCKED,
    Action.SUSPEND: Deed.SUSPENDED,
    Action.DEACTIVATE: Deed.INACTIVE,
    Action.DELETE: Deed.DELETED,
    Action.DELETE_BACKUPS: Deed.BACKUPS,
    **dict.fromkeys(
        (
            Action.CREDIT, Action.CARRY, Action.REFUND, Action.REINSTATE, Action.TICKET, Action.MOVE_DUE, Action.REOPEN,
            Action.USE_CREDIT, Action.CLOSE, Action.LOOSEN, Action.ASK,
        )
    ),
}  # fmt: skip
"""None: nobody counts it. What loosens or gives back comes of money or of people, and here none comes."""


class Expected(NamedTuple):
    """A step to come. `day` is the calendar day of `at` (UTC) in the case's own zone.

    `tried` is what a charge asks for, `fee` what the step adds to the balance, both in minor units. `charges` is how
    many charges of this invoice come before it in these days: were one to succeed, this step would not come. `agreed`:
    only if people agree to it, or to a step before it; then `at` is the earliest. `title` is the notice that it is.
    """

    invoice: str
    account: str
    customer: str
    currency: str
    day: date
    at: datetime
    deed: Deed
    step: str
    title: str
    tried: int
    fee: int
    charges: int
    agreed: bool


def end_of(now: datetime, days: int, zone: str) -> datetime:
    """The end of the so-many-th day in that zone, today being the first (UTC)."""
    return instant(local_date(now, zone) + timedelta(days=days), time(0), zone)


def expected(case: Case, now: datetime, days: int, shut: Shut = ALWAYS_OPEN) -> Iterator[Expected]:
    """What comes on so many days, today being the first, in order, while nobody pays and every charge declines."""
    return road(case, now, end_of(now, days, case.plan.zone), shut)


def road(case: Case, now: datetime, end: datetime | None = None, shut: Shut = ALWAYS_OPEN) -> Iterator[Expected]:
    """The same before an instant (UTC), or to the last step that needs no payment."""
    owed, charges, agreed = case.balance.minor, 0, False
    for coming in upcoming(case, now, shut.until):
        if end and coming.at >= end:
            return
        deed, agreed = _deed(coming), agreed or coming.missing > 0
        if deed:
            yield _expected(case, coming, deed, owed, charges, agreed=agreed)
        charges += deed is Deed.CHARGED
        owed += coming.fee.minor if coming.fee else 0


def _deed(coming: Coming) -> Deed | None:
    """None for what nobody notices: a charge that is not tried, the end of one, an invoice without a mail."""
    if coming.asks or coming.without_effect:
        return None
    deed = DEED_OF[coming.step.action]
    return None if deed is Deed.WRITTEN and not coming.step.notice else deed


def _expected(case: Case, coming: Coming, deed: Deed, owed: int, charges: int, *, agreed: bool) -> Expected:
    return Expected(
        invoice=case.invoice.number,
        account=case.invoice.account,
        customer=case.invoice.customer,
        currency=case.balance.currency,
        day=case.today(coming.at),
        at=coming.at,
        deed=deed,
        step=coming.step.name,
        title=coming.step.notice if deed is Deed.WRITTEN else "",
        tried=owed if deed is Deed.CHARGED else 0,
        fee=coming.fee.minor if coming.fee else 0,
        charges=charges,
        agreed=agreed,
    )
