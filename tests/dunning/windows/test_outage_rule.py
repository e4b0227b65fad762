"""What outages took from a customer's time comes back in whole days, three at most, and nothing else moves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.case.deadline import Deadline
from dunning.windows.outage import CHECKS, Outage, Way
from dunning.windows.outage_rule import MOST_DAYS, moved, too_young
from dunning.windows.shut import Shut, is_last_day, why
from dunning.windows.window import CHARGE, Window

AT = datetime(2026, 12, 10, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEAST = HOUR / 2
ZONES = st.sampled_from(sorted(available_timezones()))


def outage(before: float, hours: float, way: Way = Way.PORTAL, **more: object) -> Outage:
    """So many hours before the deadline, for so long."""
    since = AT - timedelta(hours=before)
    until = since + timedelta(hours=hours)
    one = Outage(id=f"{way}-{before}", way=way, since=since, until=until, seen=until, checks=CHECKS)
    return one.model_copy(update=more)


def due(days: float = 5, moved: int = 0, zone: str = "America/New_York") -> Deadline:
    return Deadline(since=AT - timedelta(days=days), at=AT, planned=AT, moved=moved, zone=zone)


def days(*outages: Outage, at: datetime = AT, deadline: Deadline | None = None) -> int:
    return moved(deadline or due(), at, outages, LEAST).days


@pytest.mark.promise(5)
def test_six_hours_before_a_deadline_move_it_by_a_day() -> None:
    assert days(outage(8, 6)) == 1
    waits = Shut(outages=(outage(8, 6),), least=LEAST).waits("suspended", AT, due())
    assert waits
    assert (waits.until, waits.outage_days) == (AT + timedelta(days=1), 1)
    assert why(waits) == (
        "customers could not pay (portal was away from 2026-12-10 06:00Z to 2026-12-10 12:00Z); it moves by 1 day(s)"
    )


@pytest.mark.parametrize(
    ("outages", "expected"),
    [
        ([outage(8, 0.4)], 0),  # shorter than the least
        ([outage(8, 0.5)], 1),
        ([outage(200, 24)], 0),  # before anybody was warned
        ([outage(130, 11)], 1),  # one hour of it is the customer's
        ([outage(-1, 5)], 0),  # after the deadline
        ([outage(30, 25)], 2),
        ([outage(30, 12), outage(28, 12, Way.MAIL), outage(16, 8)], 1),  # at the same time, or in one day together
        ([outage(30, 13), outage(15, 13)], 2),
        ([outage(110, 100)], 3),  # a person decides of the rest
        ([outage(8, 6, struck_by="ana")], 0),
        ([outage(8, 6, checks=1)], 0),
        ([outage(8, 6, checks=0, by="ana")], 1),
        ([outage(3, 3), outage(-2, 24)], 2),  # the day that is given is the customer's time, too
    ],
)
def test_what_counts_and_how_much(outages: list[Outage], expected: int) -> None:
    assert days(*outages) == expected


def test_an_invoice_gets_three_days_in_all() -> None:
    long = outage(110, 100)
    assert [days(long, deadline=due(moved=each)) for each in (0, 1, 2, 3, 4)] == [3, 2, 1, 0, 0]
    ledger = Shut(outages=(long,), least=LEAST)
    waits = ledger.waits("suspended", AT, due(moved=1))
    assert waits
    assert (waits.outage_days, is_last_day(waits, due(moved=1)), is_last_day(waits, due())) == (2, True, False)
    assert ledger.waits("suspended", AT, due(moved=3)) is None


def test_one_that_runs_is_waited_for_and_what_is_asked_again_gains_nothing() -> None:
    running = outage(2, 0, until=None, seen=AT)
    assert days(running) == 1
    later = running.model_copy(update={"seen": AT + timedelta(days=1)})
    assert days(later, at=AT + timedelta(days=1)) == 2, "it lasts still"
    over = running.model_copy(update={"until": AT + 3 * HOUR})
    ledger = Shut(outages=(over,), least=LEAST)
    for hours, waits in ((0, True), (3, True), (23.9, True), (24, False), (100, False)):
        assert bool(ledger.waits("delete", AT + timedelta(hours=hours), due())) is waits
    young = outage(0.1, 0, until=None, seen=AT)
    assert too_young(AT, [young], LEAST) == young
    found = Shut(outages=(young,), least=LEAST).waits("locked", AT, due())
    assert found
    assert (found.until, found.outage_days) == (young.since + LEAST, 0)


def test_only_what_restricts_or_deletes_moves() -> None:
    ledger = Shut(outages=(outage(8, 6),), least=LEAST)
    moves = {each for each in ("locked", "suspended", "inactive", "delete", "warned") if ledger.waits(each, AT, due())}
    assert moves == {"locked", "suspended", "inactive", "delete"}
    assert ledger.waits(CHARGE, AT) is None
    assert ledger.waits("suspended", AT) is None, "a chargeback has no deadline"


def test_a_window_and_an_outage_together() -> None:
    """The window puts it off until the next morning; the outage, of the days before, a day more."""
    window = Window(id="w", since=AT - HOUR, until=AT + HOUR, zone="UTC")
    ledger = Shut((window,), timedelta(0), (outage(48, 6),), LEAST)
    waits = ledger.waits("suspended", AT, due())
    assert waits
    assert (waits.cause, waits.until) == (window, datetime(2026, 12, 12, 9, tzinfo=UTC))
    assert waits.causes == (window, ledger.outages[0]), "and both are told of it"
    assert why(waits).startswith("nobody can pay in our maintenance window")
    assert "; customers could not pay (portal was away from" in why(waits)
    assert why(waits).endswith("; it moves by 1 day(s)")
    assert ledger.waits("suspended", waits.until, due()) is None
    again = ledger.waits("suspended", AT + 30 * HOUR, due())
    assert again
    assert again.until == waits.until


HOURS = st.integers(min_value=-120, max_value=200)
OUTAGES = st.lists(
    st.builds(
        outage,
        HOURS,
        st.integers(min_value=0, max_value=400).map(lambda quarters: quarters / 4),
        st.sampled_from(list(Way)),
        struck_by=st.sampled_from(("", "", "", "ana")),
    ),
    max_size=6,
)


@given(OUTAGES, st.integers(min_value=0, max_value=12), st.integers(min_value=0, max_value=4), ZONES)
def test_it_is_what_counting_every_quarter_of_an_hour_gives(
    outages: list[Outage], interval: int, before: int, zone: str
) -> None:
    deadline = due(interval, before, zone)
    at = AT + timedelta(days=30)
    found = moved(deadline, at, outages, LEAST).days
    assert found == _oracle(deadline, outages)
    waits = Shut(outages=tuple(outages), least=LEAST).waits("suspended", AT, deadline)
    if waits:
        assert waits.until.astimezone(ZoneInfo(zone)).date() <= AT.astimezone(ZoneInfo(zone)).date() + timedelta(days=4)
    assert found + before <= max(before, MOST_DAYS)


def _oracle(deadline: Deadline, outages: list[Outage]) -> int:
    """The least number of days that holds all that was lost before the moved deadline, quarter by quarter."""
    here = ZoneInfo(deadline.zone)
    counted = [each for each in outages if not each.struck_by and each.until and each.until - each.since >= LEAST]
    quarter = timedelta(minutes=15)
    for given_days in range(max(0, MOST_DAYS - deadline.moved) + 1):
        there = deadline.at.astimezone(here).replace(tzinfo=None) + timedelta(days=given_days)
        end = there.replace(tzinfo=here).astimezone(UTC)
        tick, lost = deadline.since, 0
        while tick < end:
            lost += any(each.since <= tick < (each.until or tick) for each in counted)
            tick += quarter
        if lost * quarter <= timedelta(days=given_days):
            return given_days
    return max(0, MOST_DAYS - deadline.moved)
