"""The one rule about windows: may a step come now, or when, because customers could not pay?

A charge that falls into a window is made the next morning. A consequence waits longer: it does not come in the hours
before a window either (`lead`), because who is suspended then cannot pay and be back, nor in those after it, because
who could not pay has to have the time for it (promise 5, S0-11, S0-12, S0-16).
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import NamedTuple

from dunning.calendar import instant, local_date
from dunning.windows.hours import OutOfHours
from dunning.windows.outage import Outage
from dunning.windows.window import Window

MORNING = time(9)
"""Local time of the window's zone: people of the operator are there when what waited comes."""
TO_PAY = timedelta(hours=8)
"""So long after a window no consequence comes."""
NEVER = timedelta(0)


class NamedDay(NamedTuple):
    """Why a step waits: a notice named the instant `until` (UTC) when an outage counted that is struck out since."""

    until: datetime

    @property
    def id(self) -> str:
        """One word for all."""
        return "named"


Cause = Window | Outage | OutOfHours | NamedDay


class Waits(NamedTuple):
    """The step comes at `until`; `cause` is the first that is in its way.

    Of the time `outage_days` are for outages, and `outage` is the first of those; a window may be in the way before it.
    """

    cause: Cause
    until: datetime
    outage_days: int = 0
    outage: Outage | None = None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All that it is told to wait for."""
        also = self.outage and self.outage.id != self.cause.id
        return (self.cause, self.outage) if self.outage and also else (self.cause,)


def charge_waits(at: datetime, windows: Iterable[Window]) -> Waits | None:
    """When a charge may be made that would be made at `at`; None: then. UTC."""
    return _waits(at, windows, lead=NEVER, after=NEVER)


def consequence_waits(at: datetime, windows: Iterable[Window], lead: timedelta) -> Waits | None:
    """The same for what restricts or deletes; `lead` is how long before a window nobody is restricted any more."""
    return _waits(at, windows, lead=lead, after=TO_PAY)


def _waits(at: datetime, windows: Iterable[Window], *, lead: timedelta, after: timedelta) -> Waits | None:
    closing = [each for each in windows if not each.cancelled]
    first: Window | None = None
    while window := next((each for each in closing if each.since - lead <= at < each.until + after), None):
        first, at = first or window, _morning(window.until + after, window.zone)
    return Waits(first, at) if first else None


def _morning(at: datetime, zone: str) -> datetime:
    """The first morning from `at` on."""
    today = local_date(at, zone)
    days = (today, today + timedelta(days=1), today + timedelta(days=2))  # two: a zone may skip a day
    return next(morning for day in days if (morning := instant(day, MORNING, zone)) >= at)
