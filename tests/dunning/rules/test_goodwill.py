"""What a person lets a customer off: a charge or a part of it; what was paid stays paid unless they say otherwise."""

from datetime import datetime

import pytest

from dunning.case.case import Case, open_case
from dunning.case.facts import Payment, Waiver
from dunning.case.ledger import Kind
from dunning.money import Money
from dunning.rules.money_in import paid
from dunning.rules.updates import waived, waiver_refused
from tests.dunning.examples import at, before_issue, opened, pays, takes_back
from tests.dunning.life import Fact, Life, live
from tests.dunning.world import World

ASO = "a-small-orange"
NEW = opened(ASO)


def waives(amount: str = "", *, give_back: bool = False) -> Fact:
    waiver = Waiver(entry="invoice", amount=Money.parse(amount) if amount else None, give_back=give_back)
    return lambda case, now: waived(case, waiver, now)


def played(*facts: tuple[int, Fact]) -> Life:
    coming: list[tuple[datetime, Fact]] = [(at(NEW, day, minutes=7), fact) for day, fact in facts]
    return live(NEW, before_issue(NEW), coming, World(charges=["declined"] * 5), until=at(NEW, 40))


def lines(life: Life, kind: Kind) -> list[int]:
    return [entry.amount.minor for entry in life.case.entries if entry.kind is kind]


@pytest.mark.promise(9)
@pytest.mark.parametrize(("give_back", "waiver", "credit"), [(False, [999], []), (True, [1999], [1000])])
def test_what_was_paid_stays_paid_unless_it_is_to_be_given_back(
    waiver: list[int], credit: list[int], *, give_back: bool
) -> None:
    life = played((3, pays("USD 10.00")), (4, waives(give_back=give_back)))
    assert (life.outcome, lines(life, Kind.WAIVER), lines(life, Kind.CREDIT)) == ("waived", waiver, credit)


def test_a_part_is_waived_and_the_rest_is_paid() -> None:
    life = played((3, waives("USD 5.00")), (12, pays("USD 14.99")))
    assert (life.outcome, lines(life, Kind.WAIVER), lines(life, Kind.CREDIT)) == ("paid", [500], [])
    assert "reinstate" in life.steps()


def after(*payments: str) -> Case:
    case = open_case(NEW, at(NEW, -5))
    for place, amount in enumerate(payments):
        case = paid(case, Payment(id=f"p-{place}", amount=Money.parse(amount), at=at(NEW, -5)))
    return case


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("EUR 5.00", "EUR 5.00 is no part of a charge in USD"),
        ("USD 0.00", "USD 0.00 is not positive"),
        ("USD 20.00", "USD 20.00 is more than the USD 19.99 that is asked for"),
        ("USD 5.00", ""),
    ],
)
def test_only_a_part_of_the_charge_can_be_waived(amount: str, why: str) -> None:
    assert waiver_refused(after(), Waiver(entry="invoice", amount=Money.parse(amount))) == why


def test_what_is_paid_is_only_waived_to_be_given_back() -> None:
    assert waiver_refused(after("USD 19.99"), Waiver(entry="invoice")).startswith("nothing is owed")
    assert waiver_refused(after("USD 19.99"), Waiver(entry="invoice", give_back=True)) == ""


@pytest.mark.promise(9)
@pytest.mark.parametrize(("back", "tickets"), [("USD 19.99", 0), ("USD 25.00", 1)])
def test_more_taken_back_than_was_paid_is_a_ticket(back: str, tickets: int) -> None:
    life = played((3, pays()), (5, takes_back(back)))
    assert life.steps().count("too-much-taken-back:r-1") == tickets
