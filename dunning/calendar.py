"""Local calendar arithmetic: due dates are dates in a zone, and a step happens at a local hour.

DST, leap days and month ends are this module's business and nobody else's. A local time that does not exist (the
hour skipped in spring) becomes the same distance after the gap; one that exists twice means its first occurrence.
"""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dunning.mistakes import shown

_ISO_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?=[0-9T])"
    r"(?:(?P<years>[0-9]{1,15})Y)?(?:(?P<months>[0-9]{1,15})M)?(?:(?P<weeks>[0-9]{1,15})W)?(?:(?P<days>[0-9]{1,15})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,15})H)?(?:(?P<minutes>[0-9]{1,15})M)?)?"
)


class Offset(NamedTuple):
    """A distance on the calendar: months and days move the date, minutes move the instant."""

    months: int = 0
    days: int = 0
    minutes: int = 0

    @classmethod
    def parse(cls, value: object) -> "Offset":
        """Read days (`-10`) or an ISO 8601 duration (`-P10D`, `P1M`, `P2W`, `PT36H`). Raises ValueError."""
        if isinstance(value, int) and not isinstance(value, bool):
            return cls(days=value)
        found = _ISO_DURATION.fullmatch(value) if isinstance(value, str) else None
        if not found:
            msg = f"{shown(value)} is neither a number of days nor an ISO 8601 duration such as 'P1M' or '-P10D'"
            raise ValueError(msg)
        part = {name: int(number or 0) for name, number in found.groupdict().items() if name != "sign"}
        sign = -1 if found["sign"] == "-" else 1
        return cls(
            months=sign * (12 * part["years"] + part["months"]),
            days=sign * (7 * part["weeks"] + part["days"]),
            minutes=sign * (60 * part["hours"] + part["minutes"]),
        )


def add_offset(day: date, offset: Offset) -> date:
    """Move a date. A month's end stays in its month: 31 January plus one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + offset.months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=offset.days)


def instant(day: date, hour: time, zone: str) -> datetime:
    """The UTC instant of a local date and hour."""
    return datetime.combine(day, hour, tzinfo=_zone(zone)).astimezone(UTC)


def local(at: datetime, zone: str) -> datetime:
    """The instant as the customer's clock shows it."""
    return at.astimezone(_zone(zone))


def local_date(at: datetime, zone: str) -> date:
    """The customer's calendar date at that instant."""
    return local(at, zone).date()


def shifted(at: datetime, days: int, zone: str) -> datetime:
    """The same local hour, `days` calendar days later (or earlier)."""
    if not days:
        return at
    there = local(at, zone)
    return instant(there.date() + timedelta(days=days), there.time(), zone)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
