"""Time is right everywhere: every zone of the tz database, at its own jumps, leap days and ends of months.

The oracle converts only from UTC to a zone, which has one answer, and looks for the instants that show a wall time.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.settings.policies import load_policy
from dunning.calendar import Offset, add_offset, instant, local_date, shifted
from dunning.money import Money
from dunning.policy.file import Policy
from dunning.policy.plan import Invoice
from dunning.policy.timeline import timeline
from dunning.subscriptions.schedule import anchored
from dunning.windows.can_they_pay import MORNING, charge_waits, consequence_waits
from dunning.windows.window import Window
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, WHMCS
from tests.dunning.examples import FOLDER

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
POLICIES = [load_policy(name, FOLDER) for name in (ASO, COURTESY, HOTDOODLE, WHMCS)]
DAY = timedelta(days=1)
MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
days = st.dates(date(2024, 1, 1), date(2060, 12, 31))
hours = st.times().map(lambda each: each.replace(second=0, microsecond=0, fold=0))
zones = st.sampled_from(ZONES)


def wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def offsets(around: datetime, zone: str) -> set[timedelta]:
    """All differences from UTC that the zone has within a day and a half: it may skip a whole day."""
    times = (around.replace(tzinfo=UTC) + timedelta(hours=n) for n in range(-38, 39))
    return {wall(at, zone) - at.replace(tzinfo=None) for at in times}


def shown_at(what: datetime, zone: str) -> list[datetime]:
    """The instants at which clocks in the zone show that wall time, earliest first."""
    found = {(what - offset).replace(tzinfo=UTC) for offset in offsets(what, zone)}
    return sorted(at for at in found if wall(at, zone) == what)


def jumps(zone: str, year: int) -> Iterator[date]:
    """The local days on which its clocks change."""
    at = datetime(year, 1, 1, 12, tzinfo=UTC)
    for _ in range(366):
        if wall(at, zone) - at.replace(tzinfo=None) != wall(at + DAY, zone) - (at + DAY).replace(tzinfo=None):
            yield wall(at + DAY, zone).date()
        at += DAY


def right(day: date, hour: time, zone: str, at: datetime) -> bool:
    """The first instant that shows it; of what clocks skip, as far behind the gap as it lies in it."""
    meant = datetime.combine(day, hour)
    if found := shown_at(meant, zone):
        return at == found[0]
    before, after = min(offsets(meant, zone)), max(offsets(meant, zone))
    return at == (meant - before).replace(tzinfo=UTC) and wall(at, zone) - meant == after - before


@settings(deadline=None, max_examples=300)
@given(day=days, hour=hours, zone=zones)
def test_a_local_hour_is_the_first_instant_that_shows_it(day: date, hour: time, zone: str) -> None:
    assert right(day, hour, zone, instant(day, hour, zone))


def test_it_is_so_in_every_zone_around_each_of_its_jumps_of_a_leap_year() -> None:
    seen = 0
    for zone in ZONES:
        for jump in jumps(zone, 2028):
            for day in (jump - DAY, jump, jump + DAY):
                for hour in (time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(9), time(23, 59)):
                    assert right(day, hour, zone, instant(day, hour, zone)), (zone, day, hour)
                    seen += 1
    assert seen > 1000


@settings(deadline=None, max_examples=300)
@given(day=days, hour=hours, zone=zones, by=st.integers(-400, 400))
def test_a_shift_by_days_keeps_the_hour(day: date, hour: time, zone: str, by: int) -> None:
    at = instant(day, hour, zone)
    there = wall(at, zone)
    assert by == 0 or right(there.date() + by * DAY, there.time(), zone, shifted(at, by, zone))
    assert local_date(at, zone) == there.date()


@given(day=days, months=st.integers(-240, 240))
def test_months_end_in_their_own_month(day: date, months: int) -> None:
    moved = add_offset(day, Offset(months=months))
    whole = day.year * 12 + day.month - 1 + months
    assert (moved.year * 12 + moved.month - 1) == whole
    assert moved.day == min(day.day, [31, 29 if isleap(moved.year) else 28, *_REST][moved.month - 1])


_REST = (31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@given(
    anchor=days, number=st.integers(0, 60), period=st.sampled_from(["monthly", "quarterly", "half-yearly", "yearly"])
)
def test_renewals_come_back_to_the_day_of_their_anchor(anchor: date, number: int, period: str) -> None:
    months = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}[period]
    found = anchored(anchor, period).renewal(number)
    whole = anchor.year * 12 + anchor.month - 1 + months * number
    year, month = whole // 12, whole % 12 + 1
    assert found == date(year, month, min(anchor.day, monthrange(year, month)[1]))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.name)
@settings(deadline=None, max_examples=150)
@given(due=days, zone=zones)
def test_each_step_of_a_policy_comes_at_its_local_hour(policy: Policy, due: date, zone: str) -> None:
    invoice = Invoice(number="1", account="a", amount=Money(minor=1999, currency=policy.currency), due=due)
    rules = {rule.name: rule for rule in policy.milestones}
    for milestone in timeline(policy, invoice, zone):
        rule = rules[milestone.name]
        at = milestone.at - timedelta(minutes=rule.distance.minutes)
        day = due + milestone.day * DAY
        assert right(day, rule.hour or policy.hour, zone, at), (milestone.name, at)


@settings(deadline=None, max_examples=200)
@given(day=days, hour=hours, length=st.integers(1, 100), late=st.integers(-60, 120), zone=zones)
def test_what_a_window_puts_off_comes_on_a_morning_after_it(
    day: date, hour: time, length: int, late: int, zone: str
) -> None:
    since = instant(day, hour, zone)
    window = Window(id="w", since=since, until=since + timedelta(hours=length), zone=zone, reason="r", by="ana")
    at = since + timedelta(hours=late)
    waits = charge_waits(at, [window])
    assert (waits is not None) is (window.since <= at < window.until)
    if waits:
        assert waits.until >= window.until
        morning = wall(waits.until, zone)
        assert right(morning.date(), MORNING, zone, waits.until) or morning.time() > MORNING
        assert waits.until - window.until <= timedelta(days=2)
    later = consequence_waits(at, [window], timedelta(hours=12))
    assert waits is None or (later is not None and later.until >= waits.until)
