"""The open hours of a department in the settings, with the public holidays of its country."""

import re
from datetime import date, time
from itertools import chain
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dunning.windows.hours import OpenHours, Shift

Department = Literal["billing", "support"]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BEFORE, AFTER = 1, 10
"""Holidays are known from the last year on, for so many years: no look ahead goes farther."""
_DAY, _TIME = "(" + "|".join(DAYS) + ")", "((?:[01][0-9]|2[0-3]):[0-5][0-9])"
_SHIFT = re.compile(f"{_DAY}(?:-{_DAY})? {_TIME}-{_TIME}")
_NINE_TO_FIVE = (time(9), time(17))
_WEEKEND = frozenset((5, 6))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; write one like 'America/New_York'") from None
    return name


def _shift(text: str) -> str:
    if not _SHIFT.fullmatch(text):
        raise ValueError(f"{text!r} are no open hours; write them like 'Mon-Fri 09:00-17:00' or 'Sat 10:00-14:00'")
    return text


class HoursSettings(BaseModel):
    """The `hours` of one department.

    `open` are the shifts; none: nine to five on the country's working days. On the public holidays of `country` and
    `subdivision` (ISO 3166) nobody is there, nor on the days `closed`; on the days `open_on` in spite of a holiday.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: Annotated[str, AfterValidator(_zone)]
    open: tuple[Annotated[str, AfterValidator(_shift)], ...] = ()
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    subdivision: str = ""
    closed: tuple[date, ...] = ()
    open_on: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _is_known(self) -> "HoursSettings":
        if self.subdivision and not self.country:
            raise ValueError("subdivision: name the country, too")
        _public(self, ())
        return self

    def hours(self, today: date) -> OpenHours:
        """As the rules have them; holidays are looked up from the last year on."""
        public, weekend = _public(self, range(today.year - BEFORE, today.year + AFTER))
        week = _week(self.open) if self.open else _working_week(weekend)
        return OpenHours(self.zone, week, (public | frozenset(self.closed)) - frozenset(self.open_on))


def _public(settings: HoursSettings, years: range | tuple[()]) -> tuple[frozenset[date], frozenset[int]]:
    """The public holidays of these years, the days on which they are kept, and the days of the weekend, Monday is 0."""
    if not settings.country:
        return frozenset(), _WEEKEND
    from holidays import country_holidays  # noqa: PLC0415 - it takes a second to load, and most need none

    try:
        found = country_holidays(settings.country, subdiv=settings.subdivision or None, years=years)
    except NotImplementedError:
        place = "-".join(filter(None, (settings.country, settings.subdivision)))
        raise ValueError(f"the holidays of {place!r} are not known; name your own days in `closed`") from None
    return frozenset(found), frozenset(found.weekend)


def _week(open_: tuple[str, ...]) -> tuple[tuple[Shift, ...], ...]:
    shifts = [_read(each) for each in open_]
    return tuple(tuple(shift for days, shift in shifts if day in days) for day in range(len(DAYS)))


def _working_week(weekend: frozenset[int]) -> tuple[tuple[Shift, ...], ...]:
    return tuple(() if day in weekend else (_NINE_TO_FIVE,) for day in range(len(DAYS)))


def _read(text: str) -> tuple[frozenset[int], Shift]:
    """`Sun-Thu 09:00-17:00`: from a day to another, over the end of the week too."""
    found = _SHIFT.fullmatch(text)
    assert found
    first, last, begins, ends = found.groups()
    since, until = DAYS.index(first), DAYS.index(last or first)
    days = range(since, until + 1) if since <= until else chain(range(since, len(DAYS)), range(until + 1))
    return frozenset(days), (time.fromisoformat(begins), time.fromisoformat(ends))
