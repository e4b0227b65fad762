"""Who decided what stands in the case beside what it changed, and staff read it."""

from datetime import date
from typing import get_args

import pytest

from dunning.case.case import Case, open_case
from dunning.case.facts import (
    Approval,
    DueDateChange,
    GiveBack,
    Payment,
    Promise,
    Reconsider,
    RefusedCharge,
    Undo,
    UseCredit,
    Void,
    Waiver,
)
from dunning.case.update import changed
from dunning.explain.receipt import receipt
from dunning.explain.words import story_of
from dunning.money import Money
from dunning.ports.cases import Signal, Update
from dunning.rules.promises import promised
from dunning.rules.signed import DECISIONS, signed
from dunning.rules.upcoming import nothing_waits
from dunning.wire import Wire
from tests.dunning.examples import before_issue, opened

FIVE = Money(minor=500, currency="USD")
BEGUN = opened("a-small-orange")
NOW = before_issue(BEGUN)
CASE = open_case(BEGUN, NOW)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (Promise(until=date(2026, 12, 20), by="Ann"), "promise to pay until 2026-12-20 taken by Ann"),
        (Promise(until=date(2026, 12, 20)), "promise to pay until 2026-12-20 taken by somebody unnamed"),
        (Waiver(entry="late-fee", by="Ann", reason="ill"), "late-fee waived by Ann (ill)"),
        (
            Waiver(entry="invoice", amount=FIVE, by="Ann", reason="ill"),
            "USD 5.00 of invoice waived by Ann (ill)",
        ),
        (Approval(milestone="delete", by="Ann"), "delete approved by Ann"),
        (RefusedCharge(leave_out=True, by="Ann", reason="ill"), "refused charge left out by Ann (ill)"),
        (RefusedCharge(by="Ann", reason="ill"), "refused charge tried again by Ann (ill)"),
        (Void(by="Ann", reason="ill"), "declared a mistake by Ann (ill)"),
        (DueDateChange(due=date(2026, 12, 20), by="Ann"), "due date moved to 2026-12-20 by Ann"),
        (DueDateChange(due=date(2026, 12, 20), by="Ann", reason="ill"), "due date moved to 2026-12-20 by Ann (ill)"),
        (UseCredit(id="c1", by="Ann", reason="ill"), "the account's credit used (c1) by Ann (ill)"),
        (
            UseCredit(id="c1", most=FIVE, by="Ann", reason="ill"),
            "up to USD 5.00 of the account's credit used (c1) by Ann (ill)",
        ),
        (
            GiveBack(id="g1", payment="pi_1", amount=FIVE, by="Ann", reason="ill"),
            "USD 5.00 of pi_1 given back (g1) by Ann (ill)",
        ),
        (
            Reconsider(step="suspend", by="Ann", reason="ill"),
            "suspend, which had been put off, allowed by Ann (ill)",
        ),
    ],
    ids=str,
)
def test_every_decision_says_who_and_why(fact: Wire, words: str) -> None:
    after = signed(CASE, changed(CASE, lifted=True), fact, NOW)
    assert (NOW, words) in list(story_of(after))
    (line,) = [each for each in receipt(after, NOW, waiting=nothing_waits).lines if each.what == words]
    assert line.because == "a person decided it"
    assert words not in str(receipt(after, NOW, for_customer=True, waiting=nothing_waits)), (
        "a name of staff is nobody else's business"
    )
    assert after.revision == CASE.revision + 1, "it is one fact"


def test_each_update_and_signal_of_a_person_is_a_decision() -> None:
    by_person = {each for each in (*get_args(Update), *get_args(Signal)) if "by" in each.model_fields}
    assert {*DECISIONS, Undo} == by_person


def test_what_changed_nothing_or_is_no_decision_is_not_signed() -> None:
    assert signed(CASE, CASE, Promise(until=date(2026, 12, 20)), NOW) is CASE
    known = Payment(id="pi_1", amount=FIVE, at=NOW)
    for after in (CASE.model_copy(), changed(CASE, revision=CASE.revision)):
        assert signed(CASE, after, Void(by="Ann", reason="ill"), NOW).decided == ()
    assert signed(CASE, changed(CASE, lifted=True), known, NOW).decided == ()


def test_decisions_stand_in_the_order_in_which_they_were_made() -> None:
    case: Case = CASE
    for day in (10, 20):
        promise = Promise(until=date(2026, 12, day), by=str(day))
        case = signed(case, promised(case, promise), promise, NOW)
    assert [each.by for each in case.decided] == ["10", "20"]
