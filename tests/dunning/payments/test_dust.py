"""A rest that is too small to be asked for: nobody suffers for it, and it is never free."""

import pytest

from dunning.case.case import Case, open_case
from dunning.case.decisions import Perform, Wait
from dunning.case.facts import Void
from dunning.case.ledger import Kind
from dunning.money import Money
from dunning.policy.least import least_charge
from dunning.rules.machine import decide
from dunning.rules.updates import voided
from tests.dunning.examples import at, before_issue, opened, pays, policy, takes_back
from tests.dunning.life import Life, live
from tests.dunning.world import World

ASO, COURTESY, HOTDOODLE, WHMCS = "a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default"


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def played(name: str, day: int, amount: str, *, price: int = 1999) -> Life:
    new = opened(name, usd(price))
    return live(
        new,
        before_issue(new),
        [(at(new, day, minutes=9), pays(amount))],
        World(charges=["declined"] * 9),
        until=at(new, 60),
    )


def left(case: Case) -> list[int]:
    return [entry.amount.minor for entry in case.entries if entry.kind is Kind.CARRIED]


@pytest.mark.promise(2)
@pytest.mark.parametrize("day", [-4, 0, 3, 12])
@pytest.mark.parametrize(("amount", "rest"), [("USD 19.98", 1), ("USD 19.49", 50)])
def test_all_but_some_cents_ends_as_paid_and_the_rest_goes_on(day: int, amount: str, rest: int) -> None:
    life = played(ASO, day, amount)
    assert (life.outcome, left(life.case), life.case.balance.minor) == ("paid", [rest], 0)
    assert not any(did.decided > at(opened(ASO), day, minutes=10) for did in life.consequences())


def test_one_cent_more_than_the_least_is_asked_for() -> None:
    life = played(ASO, 3, "USD 19.48")
    assert left(life.case) == []
    assert life.steps().count("suspend") == 1


@pytest.mark.parametrize("name", [ASO, COURTESY, HOTDOODLE, WHMCS])
def test_an_invoice_of_some_cents_is_neither_charged_nor_told_as_failed_and_goes_on_when_it_is_due(name: str) -> None:
    new = opened(name, usd(30))
    life = live(new, before_issue(new), until=at(new, 60))
    assert (life.outcome, left(life.case)) == ("paid", [30])
    assert not [s for s in life.steps() if s.startswith(("charge", "suspend", "late-fee", "lock"))]
    carried = next(did for did in life.did if did.step and did.step.name.startswith("carry:"))
    charges = [life.case.when(m) for m in new.plan.milestones if m.action.value == "charge"]
    assert carried.decided == min([at(new, 0), *charges])


def test_several_rests_add_up_and_are_asked_for_once_they_pass_the_least() -> None:
    for brought, outcome in ((20, "paid"), (21, "")):
        new = opened(ASO, usd(30)).model_copy(update={"carried": usd(brought)})
        life = live(new, before_issue(new), world=World(charges=["declined"] * 9), until=at(new, 5))
        assert life.outcome == outcome
        assert left(life.case) == ([50] if outcome else [])


def test_a_payment_that_is_taken_back_is_owed_without_what_went_on() -> None:
    new = opened(ASO)
    facts = [(at(new, 3), pays("USD 19.80", "p-1")), (at(new, 5), takes_back("USD 19.80", "p-1"))]
    life = live(new, before_issue(new), facts, World(charges=["declined"] * 9), until=at(new, 8))
    assert (left(life.case), life.case.balance.minor) == ([19], 1980)


def test_a_rest_that_is_taken_back_later_is_too_small_as_well() -> None:
    new = opened(ASO)
    facts = [(at(new, 3), pays("USD 19.99", "p-1")), (at(new, 5), takes_back("USD 0.30", "p-1"))]
    life = live(new, before_issue(new), facts, World(charges=["declined"] * 9), until=at(new, 40))
    assert (life.outcome, left(life.case)) == ("paid", [30])
    assert "reversal:r-1" not in life.steps()


def test_what_was_brought_goes_on_from_an_invoice_that_was_a_mistake() -> None:
    new = opened(ASO).model_copy(update={"carried": usd(60)})
    case = open_case(new, at(new, -5))
    assert case.balance.minor == 2059
    after = voided(case, Void(reason="billed twice"), at(new, -4))
    assert (left(after), after.balance.minor) == ([60], 0)


def test_it_wakes_when_it_is_due_though_nothing_else_is() -> None:
    new = opened(COURTESY, usd(30))
    later = tuple(m for m in new.plan.milestones if m.day > 0)
    case = open_case(new.model_copy(update={"plan": new.plan.model_copy(update={"milestones": later})}), at(new, -5))
    step = decide(case, at(new, -5))
    assert isinstance(step, Wait)
    assert (step.until, step.coming) == (at(new, 0), "carry")
    assert isinstance(decide(case, at(new, 0)), Perform)


def test_the_least_is_the_gateway_s_unless_the_policy_says_another() -> None:
    assert [least_charge(code).minor for code in ("USD", "EUR", "GBP", "JPY", "XXX")] == [50, 50, 30, 50, 0]
    assert opened(ASO).plan.least_balance == usd(50)
    assert policy(ASO).least_balance is None
