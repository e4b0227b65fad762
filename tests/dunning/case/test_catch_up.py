"""Late steps: what they move, and what they do not."""

import time as clock
from datetime import date, time, timedelta

import pytest
from pydantic import TypeAdapter

from dunning.calendar import instant
from dunning.case.case import LATE
from dunning.case.catch_up import days_late
from dunning.wire import Instant
from tests.dunning.evenings import ASO, HOTDOODLE, moment, step
from tests.dunning.examples import DUE, at, opened
from tests.dunning.life import Life, World, live


def days(life: Life) -> dict[str, int]:
    case = life.case
    return {d.step.name: (case.today(d.known) - DUE).days for d in life.did if d.step}


def opened_on(name: str, day: int) -> Life:
    start = opened(name)
    return live(start, at(start, day, minutes=10), world=World(charges=["declined"]))


def test_a_case_opened_after_its_invoice_s_day_keeps_its_due_date() -> None:
    in_time = days(opened_on(ASO, -3))
    assert (in_time["issue"], in_time["charge"], in_time["suspend"]) == (-3, 0, 10)
    on_its_due_date = days(opened_on(HOTDOODLE, 4))
    assert (on_its_due_date["issue"], on_its_due_date["reminder"], on_its_due_date["warn-admins"]) == (4, 5, 10)


def test_a_case_opened_after_its_due_date_keeps_every_interval_between_warning_and_consequence() -> None:
    """Opened on the fourth, ten minutes after nine: the charge is three days late, so all after it moves by three."""
    late = days(opened_on(ASO, 3))
    assert (late["issue"], late["charge"], late["first-overdue"], late["suspend"]) == (3, 3, 8, 13)


@pytest.mark.parametrize(
    ("late", "moved"),
    [
        (timedelta(0), 0),
        (LATE, 0),
        (LATE + timedelta(seconds=1), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1) + LATE, 1),
        (timedelta(days=1) + LATE + timedelta(seconds=1), 2),
        (timedelta(days=6, hours=23), 7),
    ],
)
def test_lateness_is_rounded_up_to_days_but_for_the_hour_that_counts_as_punctual(late: timedelta, moved: int) -> None:
    case, _ = moment(ASO, 9)
    assert days_late(case, step(case, "suspend"), at(opened(ASO), 10) + late) == moved


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_instants_are_in_utc_whatever_the_machine_s_own_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    clock.tzset()
    try:
        here = instant(date(2026, 12, 1), time(9), "Europe/Berlin")
        assert here.isoformat() == "2026-12-01T08:00:00+00:00"
        read = TypeAdapter[object](Instant).validate_python("2026-12-01T09:00:00+01:00")
        assert str(read) == "2026-12-01 08:00:00+00:00"
    finally:
        monkeypatch.undo()
        clock.tzset()
