"""What happened, in the words that people read everywhere."""

from datetime import timedelta

import pytest

from dunning.case.case import Case, open_case
from dunning.case.facts import Reversal
from dunning.case.ledger import Entry, Kind
from dunning.case.results import (
    Charged,
    Declined,
    Deleted,
    Delivered,
    NoMethod,
    Noted,
    NotOurs,
    Refunded,
    Reinstated,
    Restricted,
    Result,
    Undelivered,
)
from dunning.explain.words import deed, line_of, story_of
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action, Milestone
from dunning.rules.money_in import reversed_
from dunning.rules.record import recorded, reinstated
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, WHMCS, moment, step
from tests.dunning.examples import PRICE, at, opened, pays


def last(case: Case) -> str:
    return deed(case, case.done[-1])


CHARGED = Charged(payment="ch-1", amount=PRICE, at=moment(ASO, -1)[1])


@pytest.mark.parametrize(
    ("name", "day", "did", "result", "words"),
    [
        (ASO, -11, "issue", Delivered(notice="n"), "invoice issued"),
        (ASO, 4, "first-overdue", Delivered(notice="n"), "notice sent"),
        (
            ASO,
            4,
            "first-overdue",
            Undelivered(notice="n", reason="550 no such user"),
            "first-overdue could not be delivered: 550 no such user",
        ),
        (ASO, -1, "charge", CHARGED, "charged USD 19.99"),
        (ASO, -1, "charge", Declined(code="expired_card"), "charge declined (expired_card)"),
        (ASO, -1, "charge", NoMethod(), "not charged: no payment method on file"),
        (COURTESY, 4, "late-fee", Noted(), "late fee: USD 35.00"),
        (HOTDOODLE, 9, "warn-admins", Restricted(level=Level.WARNED), "owners warned at login"),
        (HOTDOODLE, 19, "lock", Restricted(level=Level.LOCKED), "locked"),
        (HOTDOODLE, 29, "suspend", Restricted(level=Level.SUSPENDED), "suspended, reactivation fee USD 75.00"),
        (ASO, 9, "suspend", Restricted(level=Level.SUSPENDED), "suspended"),
        (ASO, 9, "suspend", NotOurs(reason="INV-2 was paid"), "suspend left out: INV-2 was paid"),
        (
            ASO,
            29,
            "deactivate",
            Restricted(level=Level.INACTIVE),
            "marked inactive, void USD 19.99 (by policy)",
        ),
        (HOTDOODLE, 54, "delete", Deleted(services=("s",)), "deleted"),
        (HOTDOODLE, 54, "delete-backups", Deleted(), "back-ups deleted"),
    ],
)
def test_each_step_of_a_policy_in_plain_words(name: str, day: int, did: str, result: Result, words: str) -> None:
    case, now = moment(name, day)
    assert last(recorded(case, step(case, did), result, now)) == words


@pytest.mark.parametrize(
    ("did", "action", "result", "words"),
    [
        ("refund:p-1", Action.REFUND, Refunded(refund="re", amount=Money.parse("USD 5.01")), "USD 5.01 given back"),
        ("refund:p-1", Action.REFUND, Declined(code="too_old"), "refund declined (too_old)"),
        ("credit:3", Action.CREDIT, Noted(), "USD 5.01 kept as credit"),
        ("due-date:1", Action.MOVE_DUE, Noted(note="2026-12-15"), "due date moved to 2026-12-15"),
        ("parked:p-2", Action.TICKET, Noted(note="Payment parked"), "ticket: Payment parked"),
        ("close:3", Action.CLOSE, Noted(note="paid"), "books closed: paid"),
    ],
)
def test_what_follows_from_facts_in_plain_words(did: str, action: Action, result: Result, words: str) -> None:
    case, now = moment(ASO, -1)
    case = pays("USD 25.00")(case, now)
    follow_up = Milestone(name=did, action=action, at=now, day=0)
    assert last(recorded(case, follow_up, result, now)) == words


def test_a_fee_that_did_not_apply_was_nothing() -> None:
    case, now = moment(COURTESY, -1)
    fee = step(case, "late-fee").model_copy(update={"fee_without_attempt": False})
    assert last(recorded(case, fee, Noted(), now)) == "late fee: nothing"


def test_a_notice_whose_day_was_over_was_left_out() -> None:
    opening = opened(WHMCS)
    case = open_case(opening, opening.plan.milestones[1].at + timedelta(hours=1))
    assert last(case) == "reminder left out: its day was over"


def test_a_fee_is_its_own_amount_whatever_was_charged_and_taken_back_before() -> None:
    case, now = moment(COURTESY, -1)
    case = recorded(case, step(case, "charge"), CHARGED, now)
    case = reversed_(case, Reversal(id="r", payment="ch-1", amount=PRICE, at=now), now)
    after_the_grace = at(opened(COURTESY), 10)
    assert last(recorded(case, step(case, "late-fee"), Noted(), after_the_grace)) == "late fee: USD 35.00"


def test_giving_back_says_who_still_holds_the_service() -> None:
    case, now = moment(ASO, 11)
    assert last(reinstated(case, Reinstated(level=Level.ACTIVE), now)) == "reinstated (active)"
    held = reinstated(case, Reinstated(level=Level.LOCKED, remaining=("abuse",)), now)
    assert last(held) == "reinstated (still held by abuse)"


def test_a_ledger_line_says_kind_amount_and_note() -> None:
    _, now = moment(ASO, 1)
    line = Entry(id="x", kind=Kind.LATE_FEE, amount=PRICE, at=now)
    assert line_of(line) == "late fee USD 19.99"
    assert line_of(line.model_copy(update={"note": "by ana"})) == "late fee USD 19.99 (by ana)"


def test_the_story_is_in_order_and_tells_each_line_once() -> None:
    case, now = moment(ASO, -1)
    case = recorded(case, step(case, "charge"), CHARGED.model_copy(update={"at": now}), now)
    case = pays("USD 3.00")(case, now - timedelta(hours=1))
    told = list(story_of(case))
    assert [words for _, words in told] == [
        'invoice issued "Customer Invoice"',
        "payment USD 3.00",
        "charged USD 19.99",
    ]
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert told[1][0] == now - timedelta(hours=1)
