"""Open hours in the settings: shifts, holidays of a country, own days; what cannot be meant is refused."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from adapters.settings.hours import HoursSettings
from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT, Settings
from adapters.templates.announced import texts_of

TODAY = date(2026, 12, 1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def made(**given: object) -> HoursSettings:
    return HoursSettings.model_validate({"zone": "UTC", **given})


def test_nine_to_five_on_working_days_if_nothing_else_is_said() -> None:
    hours = made().hours(TODAY)
    assert [hours.open_at(at(f"2026-12-{day:02} 12:00")) for day in range(7, 14)] == [True] * 5 + [False] * 2


def test_weekends_differ_by_country() -> None:
    hours = made(country="SA").hours(TODAY)
    assert [hours.open_at(at(f"2026-12-{day:02} 12:00")) for day in range(7, 14)] == [True] * 4 + [False] * 2 + [True]


def test_public_holidays_own_days_and_days_in_spite_of_a_holiday() -> None:
    hours = made(country="US", subdivision="NY", closed=["2026-12-24"], open_on=["2027-01-18"]).hours(TODAY)
    closed = [day for day in range(21, 32) if not hours.open_at(at(f"2026-12-{day} 12:00"))]
    assert closed == [24, 25, 26, 27]
    assert hours.open_at(at("2027-01-18 12:00")), "Martin Luther King Day, and they work"
    assert not hours.open_at(at("2035-12-25 12:00")), "a look ahead goes far"


def test_shifts_are_of_days_or_of_days_from_one_to_another() -> None:
    hours = made(open=["Sun-Thu 08:00-12:00", "Sun-Thu 13:00-17:00", "Fri 22:00-02:00"]).hours(TODAY)
    assert hours.week[6] == hours.week[0] == hours.week[3]
    assert (len(hours.week[0]), len(hours.week[4]), hours.week[5]) == (2, 1, ())
    assert hours.open_at(at("2026-12-12 01:00"))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"zone": "Mars/Base"}, "'Mars/Base' is not a time zone"),
        ({"open": ["9 to 5"]}, "'9 to 5' are no open hours; write them like 'Mon-Fri 09:00-17:00'"),
        ({"open": ["Mon-Fri 09:00-24:00"]}, "are no open hours"),
        ({"country": "XX"}, "the holidays of 'XX' are not known"),
        ({"country": "US", "subdivision": "ZZ"}, "the holidays of 'US-ZZ' are not known"),
        ({"subdivision": "NY"}, "subdivision: name the country, too"),
        ({"closed": ["soon"]}, "closed"),
        ({"typo": 1}, "typo"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why.replace("(", r"\(")):
        made(**given)


def test_a_policy_that_waits_for_hours_that_nobody_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = load_policy("a-small-orange", ROOT / "policies").model_copy(update={"only_in_hours_of": "billing"})
    (finding,) = texts_of(Settings())(policy)
    assert (finding.key, "no open hours of 'billing'" in finding.reason) == ("only_in_hours_of", True)
    monkeypatch.setenv("REPRIEVE_HOURS", '{"billing": {"zone": "UTC"}}')
    assert texts_of(Settings())(policy) == []
