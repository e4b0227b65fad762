"""Shifts of a local week less holidays: what is open, when it opens next, in every zone and over each clock change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.case.deadline import Deadline
from dunning.windows.hours import FARTHEST, OpenHours, OutOfHours, Shift
from dunning.windows.outage import Outage, Way
from dunning.windows.shut import Shut, why
from dunning.windows.window import Window

NY = "America/New_York"
DAY: Shift = (time(9), time(17))
OFFICE = OpenHours(NY, (*[(DAY,)] * 5, (), ()), frozenset({date(2026, 12, 25)}))
ZONES = st.sampled_from(sorted(available_timezones()))


def there(text: str, zone: str = NY) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-12-11 09:00", "2026-12-11 09:00"),
        ("2026-12-11 16:59", "2026-12-11 16:59"),
        ("2026-12-11 17:00", "2026-12-14 09:00"),  # Friday evening
        ("2026-12-13 03:00", "2026-12-14 09:00"),
        ("2026-12-24 20:00", "2026-12-28 09:00"),  # Christmas on a Friday
        ("2026-12-14 08:59", "2026-12-14 09:00"),
    ],
)
def test_when_it_opens(at: str, opens: str) -> None:
    assert OFFICE.next_opening(there(at)) == there(opens)
    assert OFFICE.open_at(there(at)) is (at == opens)


def test_a_night_shift_is_of_the_day_on_which_it_begins_and_as_long_as_the_clocks_make_it() -> None:
    nights = OpenHours(NY, (((time(22), time(6)),),) * 7, frozenset({date(2026, 12, 25)}))
    for evening, hours in (("2026-10-31", 9), ("2026-03-07", 7), ("2026-12-01", 8)):
        begins = there(f"{evening} 22:00")
        assert nights.open_at(begins)
        assert nights.open_at(begins + timedelta(hours=hours, seconds=-1))
        assert not nights.open_at(begins + timedelta(hours=hours))
    assert nights.open_at(there("2026-12-25 05:59")), "it began the day before"
    assert nights.next_opening(there("2026-12-25 06:00")) == there("2026-12-26 22:00")


def test_who_never_opens_is_asked_again() -> None:
    never = OpenHours("UTC", ((),) * 7)
    assert never.next_opening(there("2026-12-01 00:00")) == there("2026-12-01 00:00") + timedelta(days=FARTHEST)


QUARTERS = st.integers(min_value=0, max_value=95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
SHIFTS = st.lists(st.tuples(QUARTERS, QUARTERS).filter(lambda shift: shift[0] != shift[1]), max_size=2).map(tuple)
WEEKS = st.tuples(*[SHIFTS] * 7)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@given(ZONES, WEEKS, st.sets(st.integers(min_value=0, max_value=400), max_size=60), st.integers(0, 35_000))
def test_it_is_what_looking_at_the_clock_every_quarter_of_an_hour_gives(
    zone: str, week: tuple[tuple[Shift, ...], ...], off: set[int], quarters: int
) -> None:
    """The oracle converts each instant to the local clock, and knows no arithmetic of intervals."""
    holidays = frozenset(date(2026, 1, 1) + timedelta(days=each) for each in off)
    hours, at = OpenHours(zone, week, holidays), FIRST + quarters * timedelta(minutes=15)
    found = hours.next_opening(at)
    if found - at > timedelta(days=9):  # the oracle is slow
        return
    while at < found:
        assert not _on_the_clock(hours, at) or _near_a_change(at, zone), at
        at += timedelta(minutes=15)
    assert _on_the_clock(hours, found) or _near_a_change(found, zone), found


def _on_the_clock(hours: OpenHours, at: datetime) -> bool:
    now = at.astimezone(ZoneInfo(hours.zone))
    today, yesterday = now.date(), now.date() - timedelta(days=1)
    clock = now.time()
    same_day = any(begins <= clock and (clock < ends or ends <= begins) for begins, ends in hours.week[today.weekday()])
    from_before = any(ends <= begins and clock < ends for begins, ends in hours.week[yesterday.weekday()])
    return (today not in hours.holidays and same_day) or (yesterday not in hours.holidays and from_before)


def _near_a_change(at: datetime, zone: str) -> bool:
    """In the hours around one a local time may not exist, or twice: tests of their own say what is meant then."""
    here = ZoneInfo(zone)
    return (at - timedelta(hours=26)).astimezone(here).utcoffset() != (at + timedelta(hours=26)).astimezone(
        here
    ).utcoffset()


def due(at: datetime, hours_of: str = "billing") -> Deadline:
    return Deadline(since=at - timedelta(days=5), at=at, planned=at, moved=0, zone=NY, hours_of=hours_of)


def test_nobody_is_suspended_on_a_friday_night_with_billing_closed_until_monday() -> None:
    shut, friday = Shut(hours={"billing": OFFICE}), there("2026-12-11 21:00")
    waits = shut.waits("suspended", friday, due(friday))
    assert waits
    assert (waits.until, waits.outage_days) == (there("2026-12-14 09:00"), 0)
    assert waits.cause == OutOfHours("billing", there("2026-12-14 09:00"), NY)
    assert why(waits) == "Billing is closed until Mon 14 Dec 2026 09:00 EST"
    assert shut.waits("suspended", friday, due(friday, "")) is None
    assert shut.waits("suspended", friday, due(friday, "support")) is None, "no hours are set for it"
    assert shut.waits("warned", friday, due(friday)) is None
    assert shut.waits("charge", friday) is None
    morning = there("2026-12-14 09:00")
    assert shut.waits("suspended", morning, due(friday)) is None


def test_hours_windows_and_outages_together() -> None:
    """Closed until Monday, then a window until noon and the time to pay after it, then a day for an outage."""
    friday, monday = there("2026-12-11 21:00"), there("2026-12-14 08:00")
    window = Window(id="w", since=monday, until=monday + timedelta(hours=4), zone=NY)
    begun = friday - timedelta(days=2)
    outage = Outage(id="o", way=Way.PORTAL, since=begun, until=begun + timedelta(hours=6), seen=begun, checks=2)
    shut = Shut((window,), timedelta(hours=12), (outage,), timedelta(minutes=30), {"billing": OFFICE})
    waits = shut.waits("suspended", friday, due(friday))
    assert waits
    assert (waits.until, waits.outage_days) == (there("2026-12-16 09:00"), 1)
    assert shut.waits("suspended", waits.until, due(friday)) is None
    on_saturday = outage.model_copy(update={"since": there("2026-12-12 10:00"), "until": there("2026-12-12 16:00")})
    waits = shut._replace(windows=(), outages=(on_saturday,)).waits("suspended", there("2026-12-14 09:00"), due(friday))
    assert waits, "until Monday the time was the customer's"
    assert waits.until == there("2026-12-15 09:00")
