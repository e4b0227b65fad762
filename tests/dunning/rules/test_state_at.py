"""What time adds to a state that facts have made."""

from datetime import timedelta

import pytest

from dunning.case.facts import Promise
from dunning.case.state import state
from dunning.rules.promises import promised
from dunning.rules.state_at import state_at
from tests.dunning.evenings import ASO, moment
from tests.dunning.examples import DUE, at, opened, pays


@pytest.mark.parametrize(
    ("day", "facts", "now"),
    [
        (-11, "scheduled", "scheduled"),
        (-9, "open", "open"),
        (0, "open", "open"),
        (1, "open", "overdue"),
        (89, "lapsed", "lapsed"),
    ],
)
def test_a_due_date_that_is_over_changes_only_what_is_read(day: int, facts: str, now: str) -> None:
    case, at_ = moment(ASO, day)
    assert (state(case), state_at(case, at_)) == (facts, now)


def test_a_case_that_sleeps_past_its_due_date_is_overdue_for_whoever_reads() -> None:
    case, _ = moment(ASO, -9)
    assert [state_at(case, at(opened(ASO), day)) for day in (-1, 0, 1)] == ["open", "open", "overdue"]


def test_who_waits_for_people_is_known_only_once_they_are_asked() -> None:
    case, _ = moment(ASO, 89)
    due = at(opened(ASO), 90)
    assert [state_at(case, when) for when in (due - timedelta(seconds=1), due)] == ["lapsed", "awaiting-approval"]
    assert state(case) == "lapsed"


def test_a_promise_ends_by_itself() -> None:
    case, now = moment(ASO, 6)
    case = promised(case, Promise(until=DUE + timedelta(days=8)))
    assert (state(case), state_at(case, now)) == ("open", "promised")
    assert state_at(case, at(opened(ASO), 9)) == "overdue"


def test_who_has_paid_has_paid_whenever_one_reads() -> None:
    case, now = moment(ASO, 6)
    paid = pays()(case, now)
    assert state(paid) == state_at(paid, now + timedelta(days=99)) == "paid"
