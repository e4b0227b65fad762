"""Local dates and hours: month ends, leap days, gaps and overlaps of the clock."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.calendar import Offset, add_offset, instant, local, local_date, shifted
from tests.dunning.life import utc
from tests.dunning.strategies import ZONES


@pytest.mark.parametrize(
    ("written", "offset"),
    [
        (-10, Offset(days=-10)),
        ("P10D", Offset(days=10)),
        ("-P10D", Offset(days=-10)),
        ("+P2W", Offset(days=14)),
        ("P1M", Offset(months=1)),
        ("P1Y2M3DT4H5M", Offset(months=14, days=3, minutes=245)),
        ("-PT36H", Offset(minutes=-2160)),
        ("P0D", Offset()),
    ],
)
def test_offsets(written: int | str, offset: Offset) -> None:
    assert Offset.parse(written) == offset


@pytest.mark.parametrize("written", ["", "P", "PT", "10", "P1DT", "1D", "P1.5D", "P-1D", "ten days"])
def test_what_is_no_offset_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601 duration such as 'P1M'"):
        Offset.parse(written)


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 3, 10), 1, date(2026, 4, 10)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
    ],
)
def test_a_month_keeps_its_day_or_ends_with_the_month(day: date, months: int, result: date) -> None:
    assert add_offset(day, Offset(months=months)) == result


def test_an_hour_that_does_not_exist_comes_as_far_after_the_gap() -> None:
    assert local(instant(date(2026, 3, 29), time(2, 30), "Europe/Berlin"), "Europe/Berlin").time() == time(3, 30)


def test_an_hour_that_exists_twice_means_its_first_time() -> None:
    assert instant(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == utc("2026-10-25 00:30")


def test_a_shift_keeps_the_local_hour_over_a_clock_change() -> None:
    before = utc("2026-10-24 07:00")
    assert shifted(before, 1, "Europe/Berlin") == utc("2026-10-25 08:00")
    assert shifted(before, 0, "Europe/Berlin") is before


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)),
    st.integers(-400, 400),
    st.sampled_from(ZONES),
)
def test_shifts_add_up_in_days(naive: datetime, days: int, zone: str) -> None:
    at = instant(naive.date(), naive.time(), zone)
    moved = shifted(at, days, zone)
    # Only where a date is missing altogether (a zone that moved over the date line) can a day be lost.
    assert abs((local_date(moved, zone) - local_date(at, zone)) - timedelta(days=days)) <= timedelta(days=1)
    assert abs(moved - at - timedelta(days=days)) <= timedelta(hours=3)
