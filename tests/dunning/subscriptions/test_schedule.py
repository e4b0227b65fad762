"""Renewal dates: each counted from the anchor, against an oracle that walks the calendar day by day."""

from datetime import date, timedelta
from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.subscriptions.period import MONTHS, period
from dunning.subscriptions.schedule import Schedule, anchored, moved, with_period

ANCHORS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
MONTHLY = st.sampled_from(sorted(MONTHS))
NUMBERS = st.integers(0, 120)


def dates(schedule: Schedule, many: int, first: int = 0) -> list[date]:
    return [schedule.renewal(number) for number in range(first, first + many)]


@pytest.mark.parametrize(
    ("anchor", "name", "expected"),
    [
        ("2027-01-31", "monthly", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        ("2028-01-30", "monthly", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        ("2024-02-29", "yearly", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("2026-11-30", "quarterly", ["2026-11-30", "2027-02-28", "2027-05-30"]),
        ("2026-08-31", "half-yearly", ["2026-08-31", "2027-02-28", "2027-08-31"]),
        ("2026-12-20", "10 days", ["2026-12-20", "2026-12-30", "2027-01-09"]),
        ("2026-12-20", "2 weeks", ["2026-12-20", "2027-01-03", "2027-01-17"]),
    ],
)
def test_dates_are_counted_from_the_anchor(anchor: str, name: str, expected: list[str]) -> None:
    schedule = anchored(date.fromisoformat(anchor), name)
    assert [str(each) for each in dates(schedule, len(expected))] == expected


@given(ANCHORS, MONTHLY, NUMBERS)
def test_a_month_too_short_moves_its_own_date_and_no_other(anchor: date, name: str, number: int) -> None:
    there = anchored(anchor, name).renewal(number)
    months = (there.year - anchor.year) * 12 + there.month - anchor.month
    assert months == number * MONTHS[name]
    last_of_month = (there + timedelta(days=1)).month != there.month
    assert there.day == anchor.day or (there.day < anchor.day and last_of_month)


@given(ANCHORS, st.one_of(MONTHLY, st.sampled_from(["1 day", "10 days", "1 week", "3 weeks"])), st.integers(0, 4000))
def test_the_first_renewal_from_a_day_on_is_found(anchor: date, name: str, after: int) -> None:
    schedule, day = anchored(anchor, name), anchor + timedelta(days=after)
    assert schedule.first_from(day) == next(number for number in count() if schedule.renewal(number) >= day)


@given(ANCHORS, NUMBERS, st.integers(0, 5), MONTHLY, MONTHLY)
def test_another_period_begins_on_the_same_date_and_a_31st_is_not_forgotten(
    anchor: date, number: int, later: int, one: str, other: str
) -> None:
    schedule = anchored(anchor, one)
    after = with_period(schedule, number, other)
    assert after.renewal(number) == schedule.renewal(number)
    back = with_period(after, number + later, one)
    assert [each.day for each in dates(back, 12 * 5, number + later) if each.month in (1, 3, 5, 7, 8, 10, 12)] == [
        anchor.day for each in dates(back, 12 * 5, number + later) if each.month in (1, 3, 5, 7, 8, 10, 12)
    ]
    assert with_period(schedule, number, one) is schedule


@given(ANCHORS, NUMBERS, ANCHORS)
def test_after_a_pause_the_dates_are_counted_from_the_return(anchor: date, number: int, to: date) -> None:
    after = moved(anchored(anchor, "monthly"), number, to)
    assert list(islice(dates(after, 3, number), 3)) == dates(anchored(to, "monthly"), 3)


@pytest.mark.parametrize("text", ["monthly", "yearly", "1 day", "1 week", "30 days", "2 weeks"])
def test_a_period_is_kept_as_it_is_written(text: str) -> None:
    assert period(text) == text


@pytest.mark.parametrize("text", ["", "Monthly", "0 days", "-1 days", "1.5 weeks", "1000 days", "2 months", "٣ days"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a period; write monthly, .* like '10 days'"):
        period(text)


def test_one_and_several_are_the_same_period() -> None:
    assert (period("1 days"), period("2 week")) == ("1 day", "2 weeks")
