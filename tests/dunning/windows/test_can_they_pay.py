"""No charge in a window, no consequence near one; what waits comes in a morning."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.calendar import local
from dunning.windows.can_they_pay import MORNING, TO_PAY, charge_waits, consequence_waits
from dunning.windows.window import Window, hours_of

START = datetime(2026, 12, 2, 5, tzinfo=UTC)  # 21:00 in Los Angeles
LEAD = timedelta(hours=12)
ZONES = ("America/Los_Angeles", "Europe/Berlin", "Pacific/Apia", "Asia/Kolkata", "UTC")


def window(hours: float = 2, since: datetime = START, zone: str = ZONES[0], *, cancelled: bool = False) -> Window:
    until = since + timedelta(hours=hours)
    return Window(id=f"{since}", since=since, until=until, zone=zone, cancelled=cancelled)


@pytest.mark.req("S0-01")
def test_its_hours_are_told_in_each_zone_with_that_zone_s_own_date() -> None:
    its = window(since=datetime(2012, 4, 20, 4, tzinfo=UTC))
    assert hours_of(its, ["America/New_York", "UTC"]) == (
        "Thu 19 Apr 2012 21:00 to 23:00 PDT; Fri 20 Apr 2012 00:00 to 02:00 EDT; Fri 20 Apr 2012 04:00 to 06:00 UTC"
    )
    over_midnight = window(since=datetime(2026, 10, 25, 0, tzinfo=UTC), zone="Europe/Berlin")
    assert hours_of(over_midnight) == "Sun 25 Oct 2026 02:00 CEST to 03:00 CET"


def test_a_charge_in_it_is_made_the_next_morning_of_its_zone() -> None:
    waits = charge_waits(START, [window()])
    assert waits
    assert local(waits.until, ZONES[0]).isoformat() == "2026-12-02T09:00:00-08:00"
    for at in (START - timedelta(seconds=1), START + timedelta(hours=2)):
        assert charge_waits(at, [window()]) is None
    assert charge_waits(START, [window(cancelled=True)]) is None


def test_a_consequence_waits_in_the_lead_in_it_and_until_there_was_time_to_pay() -> None:
    for hours in (-12, -0.1, 0, 1, 2, 9.9):
        waits = consequence_waits(START + timedelta(hours=hours), [window()], LEAD)
        assert waits
        assert local(waits.until, ZONES[0]).isoformat() == "2026-12-02T09:00:00-08:00"
    for hours in (-12.1, 10):
        assert consequence_waits(START + timedelta(hours=hours), [window()], LEAD) is None
    late = window(hours=6)  # ends at three in the morning: at nine nobody had eight hours
    waits = consequence_waits(START, [late], LEAD)
    assert waits
    assert local(waits.until, ZONES[0]).isoformat() == "2026-12-03T09:00:00-08:00"


def test_the_morning_may_fall_into_the_next_one() -> None:
    second = window(hours=3, since=START + timedelta(hours=11))  # from eight in the morning
    waits = charge_waits(START, [window(), second])
    assert waits
    assert waits.cause == window()
    assert local(waits.until, ZONES[0]).isoformat() == "2026-12-03T09:00:00-08:00"


HOURS = st.floats(min_value=0.1, max_value=160)
WINDOWS = st.lists(
    st.builds(
        window,
        HOURS,
        st.integers(min_value=-400, max_value=400).map(lambda hours: START + timedelta(hours=hours)),
        st.sampled_from(ZONES),
        cancelled=st.booleans(),
    ),
    max_size=6,
)


@pytest.mark.promise(5)
@given(WINDOWS, st.integers(min_value=-500, max_value=500), st.sampled_from((0, 1, 12, 168)))
def test_what_waits_comes_in_a_morning_that_no_window_is_near(windows: list[Window], hours: int, lead: int) -> None:
    at = START + timedelta(hours=hours)
    charge, consequence = charge_waits(at, windows), consequence_waits(at, windows, timedelta(hours=lead))
    for waits, before, after in ((charge, 0, timedelta(0)), (consequence, lead, TO_PAY)):
        then = waits.until if waits else at
        near = [w for w in windows if w.since - timedelta(hours=before) <= then < w.until + after and not w.cancelled]
        assert near == []
        if waits:
            assert waits.until > at
            assert any(local(waits.until, each.zone).time() == MORNING for each in windows)


@given(WINDOWS, st.integers(min_value=-500, max_value=500))
def test_another_window_never_makes_it_come_earlier(windows: list[Window], hours: int) -> None:
    at = START + timedelta(hours=hours)
    for fewer in (windows[1:], windows[:-1]):
        more, less = charge_waits(at, windows), charge_waits(at, fewer)
        if less:
            assert more
