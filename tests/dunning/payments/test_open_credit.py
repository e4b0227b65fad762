"""When an open invoice uses the account's credit, and how much of it: money that is there pays what is owed."""

from datetime import datetime, timedelta

import pytest

from dunning.case.case import Case, open_case
from dunning.case.decisions import Perform, Wait
from dunning.case.facts import CreditAvailable, UseCredit, Void
from dunning.case.ledger import Kind
from dunning.money import Money
from dunning.payments.open_credit import credit_asked, credit_refused, heard_of_credit
from dunning.policy.plan import OpenCredit
from dunning.rules.machine import decide
from dunning.rules.updates import voided
from tests.dunning.examples import at, before_issue, opened
from tests.dunning.life import Fact, Life, live
from tests.dunning.world import World

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


def hears(lines: int = 1) -> Fact:
    return lambda case, _now: heard_of_credit(case, CreditAvailable(lines=lines))


def played(policy: str, day: int, credit: int, use: OpenCredit = OpenCredit.WHEN_DUE, *, minutes: int = 0) -> Life:
    """It hears of the credit on that day, and every charge is declined."""
    new = opened(policy)
    new = new.model_copy(update={"plan": new.plan.model_copy(update={"open_credit": use})})
    world = World(charges=["declined"] * 9, credit=credit)
    facts = [(at(new, day, minutes=minutes), hears())]
    return live(new, before_issue(new), facts, world, until=at(new, 40))


def used(life: Life) -> list[int]:
    return [e.amount.minor for e in life.case.entries if e.kind is Kind.PAYMENT]


@pytest.mark.promise(9)
def test_credit_that_comes_when_a_service_is_suspended_pays_and_gives_it_back() -> None:
    life = played(ASO, 12, 5000)
    assert life.outcome == "paid"
    assert used(life) == [1999]
    using = life.steps().index("use-open-credit:1")
    assert life.steps()[using + 1] == "reinstate"
    assert life.world.credit == 3001


def test_what_is_not_due_yet_waits_and_its_charge_asks_only_for_the_rest() -> None:
    life = played(ASO, -5, 1500)
    using, charge = life.steps().index("use-open-credit:1"), life.steps().index("charge")
    assert using < charge
    assert life.did[using].decided == at(opened(ASO), 0)
    assert life.did[charge].before.balance.minor == 499


@pytest.mark.parametrize(("use", "paid"), [(OpenCredit.AT_ONCE, [1999]), (OpenCredit.NEVER, [])])
def test_the_policy_says_when(use: OpenCredit, paid: list[int]) -> None:
    life = played(ASO, -5, 5000, use)
    assert used(life) == paid
    if use is OpenCredit.AT_ONCE:
        assert next(d for d in life.did if d.step and d.step.name == "use-open-credit:1").decided == at(opened(ASO), -5)


def waiting(policy: str = ASO) -> tuple[Case, datetime]:
    new = opened(policy)
    now = at(new, -5)
    return heard_of_credit(open_case(new, now), CreditAvailable(lines=3)), now


def test_it_wakes_at_its_due_hour_though_no_step_is_due_then() -> None:
    case, now = waiting("courtesy-5-10-35")
    later = tuple(m for m in case.plan.milestones if m.day > 0)
    case = case.model_copy(update={"plan": case.plan.model_copy(update={"milestones": later})})
    step = decide(case, now)
    assert isinstance(step, Wait)
    assert (step.until, step.coming) == (at(opened("courtesy-5-10-35"), 0), "use credit")
    assert isinstance(decide(case, at(opened("courtesy-5-10-35"), 0)), Perform)


def test_the_same_news_twice_is_one_fact_and_newer_news_another() -> None:
    case, _ = waiting()
    assert heard_of_credit(case, CreditAvailable(lines=3)) is case
    assert heard_of_credit(case, CreditAvailable(lines=4)).revision == case.revision + 1


def test_a_person_has_a_part_of_it_used_at_once_whatever_the_policy_says() -> None:
    new = opened(ASO)
    new = new.model_copy(update={"plan": new.plan.model_copy(update={"open_credit": OpenCredit.NEVER})})
    use = UseCredit(id="t-7", most=Money.parse("USD 5"), by="ana", reason="asked by phone")
    facts: list[tuple[datetime, Fact]] = [(at(new, -5), lambda case, _now: credit_asked(case, use))]
    life = live(new, before_issue(new), facts, World(credit=5000), until=at(new, -4))
    assert used(life) == [500]
    assert credit_refused(life.case, use).startswith("'t-7' was asked for before")
    other = use.model_copy(update={"id": "t-8"})
    for wrong in ("EUR 5", "USD 0", "USD -1"):
        assert credit_refused(life.case, other.model_copy(update={"most": Money.parse(wrong)}))
    assert credit_refused(life.case, other) == ""
    gone = voided(life.case, Void(reason="billed twice"), at(new, -4))
    assert credit_refused(gone, other) == "nothing is payable on this invoice"


def test_a_void_invoice_uses_none() -> None:
    case, now = waiting()
    case = voided(case, Void(reason="billed twice"), now)
    step = decide(case, now + timedelta(days=30))
    assert not (isinstance(step, Perform) and step.milestone.name.startswith("use-open-credit"))
