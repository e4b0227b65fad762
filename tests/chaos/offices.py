"""When the departments of a world are there; whose policy says so restricts nobody while its department is away.

Told twice: to the product as settings, and here in other words, by which the check knows closed hours.
"""

import json
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from holidays import country_holidays

from dunning.policy.file import Policy
from tests.chaos.drawn import Department


class Office(NamedTuple):
    """One department. `shifts` are in minutes from the midnight of the day, some of `days` (Monday is 0)."""

    settings: dict[str, object]
    zone: str
    days: tuple[int, ...]
    shifts: tuple[tuple[int, int], ...]
    country: str
    part: str | None = None


OFFICES: dict[Department, Office] = {
    "billing": Office(
        {"zone": "America/New_York", "open": ["Mon-Fri 09:00-12:00", "Mon-Fri 13:00-17:00"], "country": "US",
         "subdivision": "NY"},
        "America/New_York", (0, 1, 2, 3, 4), ((9 * 60, 12 * 60), (13 * 60, 17 * 60)), "US", "NY",
    ),
    "support": Office(
        {"zone": "Europe/Berlin", "open": ["Sun-Thu 20:00-04:00"], "country": "DE"},
        "Europe/Berlin", (6, 0, 1, 2, 3), ((20 * 60, 28 * 60),), "DE",
    ),
}  # fmt: skip


def settings() -> str:
    """As `REPRIEVE_HOURS` has them."""
    return json.dumps({name: office.settings for name, office in OFFICES.items()})


def in_hours(policy: Policy, department: Department | None) -> Policy:
    """The policy, whose consequences come only while that department is there."""
    return policy.model_copy(update={"only_in_hours_of": department}) if department else policy


def is_there(department: Department, at: datetime) -> bool:
    """Whether somebody is there at that instant: on one of the shifts of that day, or of the night before."""
    office = OFFICES[department]
    there = at.astimezone(ZoneInfo(office.zone))
    minute = 60 * there.hour + there.minute
    nights = ((there.date(), minute), (there.date() - timedelta(days=1), minute + 24 * 60))
    return any(_works(office, day) and since <= m < until for day, m in nights for since, until in office.shifts)


def _works(office: Office, day: date) -> bool:
    return day.weekday() in office.days and day not in _holidays(office.country, office.part, day.year)


@cache
def _holidays(country: str, part: str | None, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, subdiv=part, years=year))
