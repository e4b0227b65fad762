"""What the hourly check makes of a panel's state, and what it tells people."""

from datetime import UTC, datetime, timedelta

import pytest

from dunning.fleet.drift import Need, drift_ticket, finding, is_gone, need, one, told_before
from dunning.fleet.drift_report import DriftReport
from dunning.fleet.report import LISTED
from dunning.holds import Hold
from dunning.level import Level
from dunning.records.effects import Effect

AT = datetime(2026, 11, 25, 6, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACTIVE, LOCKED, SUSPENDED, INACTIVE, DELETED = (
    Level.ACTIVE,
    Level.LOCKED,
    Level.SUSPENDED,
    Level.INACTIVE,
    Level.DELETED,
)


def effect(wanted: Level = SUSPENDED, shown: Level | None = None, proof: str = "") -> Effect:
    return Effect(account="bakery", service="s", wanted=wanted, shown=shown or wanted, proof=proof, at=AT - 3 * HOUR)


def hold(age: timedelta = 5 * HOUR) -> Hold:
    return Hold(account="bakery", source="INV-1", level=SUSPENDED, since=AT - age)


@pytest.mark.parametrize(
    ("wanted", "shown", "known", "ours", "what"),
    [
        (SUSPENDED, SUSPENDED, effect(), True, "nothing"),
        (INACTIVE, SUSPENDED, effect(INACTIVE), True, "nothing"),
        (SUSPENDED, ACTIVE, effect(), True, "repair"),
        (SUSPENDED, ACTIVE, None, False, "repair"),
        (ACTIVE, SUSPENDED, effect(), True, "repair"),
        (ACTIVE, SUSPENDED, effect(), False, "by_staff"),
        (LOCKED, SUSPENDED, effect(LOCKED), False, "by_staff"),
        (SUSPENDED, DELETED, effect(), True, "vanished"),
        (SUSPENDED, DELETED, None, True, "vanished"),
        (SUSPENDED, ACTIVE, effect(DELETED), True, "deleted"),
        (SUSPENDED, ACTIVE, effect(SUSPENDED, DELETED), True, "deleted"),
        (DELETED, ACTIVE, None, True, "deleted"),
    ],
)
@pytest.mark.req("S2-15")
def test_what_a_state_asks_for(wanted: Level, shown: Level, known: Effect | None, ours: bool, what: Need) -> None:
    assert need(wanted, shown, known, [hold()], AT, ours=ours) == what


@pytest.mark.parametrize(
    ("age", "known", "what"),
    [
        (HOUR / 2, None, "underway"),
        (HOUR / 2, effect(ACTIVE), "underway"),
        (HOUR / 2, effect(SUSPENDED), "repair"),
        (2 * HOUR, effect(ACTIVE), "repair"),
        (-90 * 24 * HOUR, None, "underway"),
    ],
)
def test_a_new_hold_is_left_to_whoever_placed_it(age: timedelta, known: Effect | None, what: Need) -> None:
    assert need(SUSPENDED, ACTIVE, known, [hold(), hold(age)], AT, ours=True) == what


def test_what_was_told_is_told_again_when_it_changes() -> None:
    doubted = effect(proof="contradicted: running (HTTP 200)")
    assert told_before(doubted, effect(proof="contradicted: running (HTTP 201)"))
    assert not told_before(None, doubted)
    assert not told_before(effect(), doubted)
    assert not told_before(doubted, effect(INACTIVE, SUSPENDED, doubted.proof))
    assert told_before(effect(shown=ACTIVE), effect(shown=ACTIVE))
    assert not told_before(effect(), effect(shown=ACTIVE))


def test_gone_is_what_was_deleted_by_anybody() -> None:
    assert [is_gone(each) for each in (None, effect(), effect(DELETED), effect(SUSPENDED, DELETED))] == [
        False,
        False,
        True,
        True,
    ]


def test_reports_add_up_and_the_ticket_says_the_same() -> None:
    report = DriftReport(at=AT, accounts=2) + one(AT, "in_order", "unseen") + one(AT, "known")
    assert (report.services, report.in_order, report.unseen, report.told) == (2, 1, 1, 0)
    assert report.headline == "Check of restricted services, 2026-11-25 06:17: all in order"
    report += finding(effect(), "repaired", "the panel showed active, now suspended")
    report = sum([finding(effect(), "contradicted", "seen")] * (LISTED + 1), report)
    work = drift_ticket(report)
    assert work.subject == "Check of restricted services, 2026-11-25 06:17: 1 repaired, 101 contradicted"
    assert work.body.splitlines()[:6] == [
        "- **looked at** 104 service(s) of 2 account(s)",
        "- **in order** 1, of which 1 cannot be told from outside",
        "- **let be** 0 restricted further by staff, 0 deleted, 0 being changed, 1 told before",
        "",
        "**Repaired: it was not at the level that its holds ask for**",
        "",
    ]
    assert work.body.splitlines()[6] == "- bakery · s · the panel showed active, now suspended"
    assert work.body.splitlines()[-1] == "- and 2 more"


def test_who_did_not_answer_is_told_and_asks_for_nobody() -> None:
    report = DriftReport(at=AT, accounts=3, unanswered=2, silent=1)
    assert report.told == 0
    assert list(report.lines())[-1] == "- **no answer** from the panel of 2, from a site of 1 account(s)"
