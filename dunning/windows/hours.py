"""Open hours of a department: the shifts of a local week, less holidays. Who is closed restricts nobody."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from dunning.calendar import instant, local, local_date

FARTHEST = 60
"""So many days are looked through for the next shift; who is closed for longer is asked again then."""
Shift = tuple[time, time]
"""From a local time to before another; one that is not later is the next day's."""


class OpenHours(NamedTuple):
    """`week` has the shifts of each day, Monday first; on `holidays` none begins. All local to `zone`."""

    zone: str
    week: tuple[tuple[Shift, ...], ...]
    holidays: frozenset[date] = frozenset()

    def next_opening(self, at: datetime) -> datetime:
        """When somebody is there from `at` on (UTC): then, or at the beginning of the next shift."""
        shifts = sorted(shift for days in range(-1, FARTHEST) for shift in self._shifts(at, days))
        running = (at for since, until in shifts if since <= at < until)
        later = (since for since, _ in shifts if since > at)
        return next(running, None) or next(later, at + timedelta(days=FARTHEST))

    def open_at(self, at: datetime) -> bool:
        """Whether somebody is there at that instant."""
        return self.next_opening(at) == at

    def _shifts(self, at: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Those that begin so many days after the local day, in UTC: over a change of the clocks one is longer."""
        day = local_date(at, self.zone) + timedelta(days=days)
        if day not in self.holidays:
            for begins, ends in self.week[day.weekday()]:
                last = day if ends > begins else day + timedelta(days=1)
                yield instant(day, begins, self.zone), instant(last, ends, self.zone)


class OutOfHours(NamedTuple):
    """Why a step waits: `department` is closed until then (UTC)."""

    department: str
    until: datetime
    zone: str

    @property
    def id(self) -> str:
        """`hours:billing`."""
        return f"hours:{self.department}"

    @property
    def why(self) -> str:
        """For staff."""
        return f"{self.department.capitalize()} is closed until {local(self.until, self.zone):%a %-d %b %Y %H:%M %Z}"
