"""A payment that a person gives back: once, through the gateway, and nobody is asked for it again."""

from datetime import datetime

import pytest

from dunning.case.case import Case, open_case
from dunning.case.decisions import Perform
from dunning.case.facts import GiveBack, Payment, Void
from dunning.case.ledger import Kind
from dunning.case.results import Declined
from dunning.money import Money
from dunning.payments.goodwill import asked_back, give_back, give_back_refused
from dunning.rules.money_in import paid
from dunning.rules.record import recorded
from dunning.rules.updates import voided
from tests.dunning.examples import at, before_issue, opened, pays
from tests.dunning.life import Fact, Waking, live
from tests.dunning.world import World

NEW = opened("a-small-orange")
NOW = at(NEW, -5)


def gives(amount: str, id_: str = "t-1") -> GiveBack:
    return GiveBack(id=id_, payment="p-1", amount=Money.parse(amount), by="ana", reason="a bad week")


def part_paid() -> Case:
    payment = Payment(id="p-1", amount=Money.parse("USD 10.00"), at=NOW)
    return paid(open_case(NEW, NOW), payment)


@pytest.mark.promise(9)
def test_a_closed_invoice_gives_a_part_back_once_and_is_not_owed_again() -> None:
    fact: Fact = lambda case, _now: asked_back(case, gives("USD 5.00"))  # noqa: E731
    facts: list[tuple[datetime, Fact]] = [
        (at(NEW, 3), pays()), (at(NEW, 20), Waking("p-1", fact)), (at(NEW, 21), Waking("p-1", fact)),
    ]  # fmt: skip
    life = live(NEW, before_issue(NEW), facts, World(charges=["declined"] * 5), until=at(NEW, 60))
    assert {key: str(amount) for key, amount in life.refunded.items()} == {"INV-1042:give-back:t-1": "USD 5.00"}
    assert (life.outcome, life.case.balance.minor) == ("paid", 0)
    assert [(e.kind, e.amount.minor, e.of) for e in life.case.entries[-2:]] == [
        (Kind.WAIVER, 500, "p-1"),
        (Kind.REFUND, 500, "p-1"),
    ]


def test_what_the_gateway_declines_waives_nothing_and_is_a_ticket() -> None:
    case = asked_back(part_paid(), gives("USD 5.00"))
    step = give_back(case, NOW)
    assert isinstance(step, Perform)
    case = recorded(case, step.milestone, Declined(code="no"), NOW)
    assert (case.balance.minor, give_back(case, NOW)) == (999, None)
    assert give_back_refused(case, gives("USD 10.00", "t-2")) == ""


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (gives("USD 10.00"), ""),
        (gives("USD 10.01"), "USD 10.01 is more than the USD 10.00 that is left of p-1"),
        (gives("EUR 5.00"), "EUR 5.00 is no part of a payment of USD 10.00"),
        (gives("USD 5.00").model_copy(update={"payment": "p-2"}), "there is no payment 'p-2' on this invoice"),
    ],
)
def test_no_more_than_is_left_is_given_back(fact: GiveBack, why: str) -> None:
    assert give_back_refused(part_paid(), fact).startswith(why)
    assert bool(give_back_refused(part_paid(), fact)) == bool(why)


def test_two_requests_share_what_is_left_and_the_same_one_is_never_refused() -> None:
    case = asked_back(part_paid(), gives("USD 6.00"))
    assert give_back_refused(case, gives("USD 6.00")) == ""
    before = "under the id 't-1' USD 6.00 of p-1 (a bad week) was given back before"
    assert give_back_refused(case, gives("USD 7.00")).startswith(before)
    assert give_back_refused(case, gives("USD 5.00", "t-2")) == "USD 5.00 is more than the USD 4.00 that is left of p-1"


def test_what_became_credit_of_the_account_is_not_given_back_too() -> None:
    """Paid twice: before the rest is credit and afterwards, only what pays for the invoice can go back."""
    payment = Payment(id="p-1", amount=Money.parse("USD 39.98"), at=NOW)
    case = paid(open_case(NEW, NOW), payment)
    closed = live(NEW, before_issue(NEW), [(at(NEW, -5), pays("USD 39.98"))]).case
    assert [entry.amount.minor for entry in closed.entries if entry.kind is Kind.CREDIT] == [1999]
    for each in (case, closed):
        assert give_back_refused(each, gives("USD 19.99")) == ""
        refused = give_back_refused(each, gives("USD 20.00"))
        assert refused.startswith("USD 20.00 is more than the USD 19.99 that pays for this invoice; what became credit")


def test_a_void_that_comes_while_the_gateway_is_asked_makes_no_cent_credit_that_went_back() -> None:
    case = asked_back(part_paid(), gives("USD 4.00"))
    step = give_back(case, NOW)
    assert isinstance(step, Perform)
    case = voided(case, Void(reason="billed twice"), NOW)
    case = recorded(case, step.milestone, World().answer(case, step.milestone, NOW), NOW)
    assert case.balance.minor == -600


def test_a_void_gives_as_credit_only_what_was_not_given_back() -> None:
    case = asked_back(part_paid(), gives("USD 4.00"))
    step = give_back(case, NOW)
    assert isinstance(step, Perform)
    world = World()
    case = recorded(case, step.milestone, world.answer(case, step.milestone, NOW), NOW)
    assert case.balance.minor == 999
    assert voided(case, Void(reason="billed twice"), NOW).balance.minor == -600
