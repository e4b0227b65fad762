"""What a step costs: one function for the booking, the announcement and the forecast."""

from datetime import timedelta

import pytest
from hypothesis import given

from dunning.case.case import Case, Opened, open_case
from dunning.case.facts import Waiver
from dunning.case.ledger import FEES, Kind
from dunning.level import Level
from dunning.money import Money
from dunning.policy.fee import Fee
from dunning.policy.plan import Action
from dunning.rules.fees import fee_base, fee_of
from dunning.rules.record import recorded
from dunning.rules.upcoming import nothing_waits, upcoming
from dunning.rules.updates import waived
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, declining, evening, moment, step, until_evening
from tests.dunning.examples import at, opened, pays, takes_back
from tests.dunning.life import Fact, Life
from tests.dunning.lives import LIVES, lives
from tests.dunning.undo.test_undo import undoes

FIVE = Fee(basis_points=500, minimum=Money.parse("USD 2.00"), maximum=Money.parse("USD 50.00"))
TEN = Fee(basis_points=1000)
FIXED = Fee(amount=Money.parse("USD 5.00"))
HUNDRED = Money.parse("USD 100.00")


def with_fees(*fees: Fee, amount: Money = HUNDRED) -> Opened:
    """The 5/10/35 policy with these late fees on days 5, 6, 7 ..., and its suspension on day 10."""
    begun = opened(COURTESY, amount)
    names = tuple(f"fee-{n}" for n in range(1, len(fees) + 1))
    others = [
        m.model_copy(update={"warns_of": (*names, *m.warns_of)}) if m.name == "charge" else m
        for m in begun.plan.milestones
        if m.name != "late-fee"
    ]
    late = next(m for m in begun.plan.milestones if m.name == "late-fee")
    several = [
        late.model_copy(
            update={"name": f"fee-{n}", "at": late.at + timedelta(days=n - 1), "day": late.day + n - 1, "fee": fee}
        )
        for n, fee in enumerate(fees, start=1)
    ]
    plan = begun.plan.model_copy(update={"milestones": tuple(sorted([*others, *several], key=lambda m: m.at))})
    return begun.model_copy(update={"plan": plan})


def lived(begun: Opened, day: int, *facts: tuple[int, Fact]) -> Life:
    return until_evening(begun, day, *facts, world=declining())


def booked(case: Case) -> dict[str, str]:
    return {entry.id: str(entry.amount) for entry in case.entries if entry.kind in FEES}


@pytest.mark.req("S3-13")
def test_a_percentage_is_of_the_open_invoice_and_not_of_earlier_fees() -> None:
    life = lived(with_fees(TEN, TEN, FIVE), 8)
    assert booked(life.case) == {"fee-1": "USD 10.00", "fee-2": "USD 10.00", "fee-3": "USD 5.00"}
    assert str(life.case.balance) == "USD 125.00"


def test_a_part_payment_makes_the_next_fee_smaller() -> None:
    life = lived(with_fees(TEN, TEN), 8, (5, pays("USD 40.00")))
    assert booked(life.case) == {"fee-1": "USD 10.00", "fee-2": "USD 6.00"}


def test_what_is_paid_pays_the_invoice_before_its_fees_and_no_fee_comes_of_a_fee() -> None:
    life = lived(with_fees(TEN, FIVE), 8, (5, pays("USD 100.00")))
    assert booked(life.case) == {"fee-1": "USD 10.00"}
    assert str(life.case.balance) == "USD 10.00"
    fixed = lived(with_fees(TEN, Fee(amount=Money.parse("USD 3.00"))), 8, (5, pays("USD 100.00")))
    assert booked(fixed.case) == {"fee-1": "USD 10.00", "fee-2": "USD 3.00"}


def test_a_fee_that_was_waived_is_not_taken_off_the_base_twice() -> None:
    waive: Fact = lambda case, now: waived(case, Waiver(entry="fee-1"), now)  # noqa: E731
    life = lived(with_fees(TEN, TEN), 8, (5, waive))
    assert booked(life.case)["fee-2"] == "USD 10.00"
    assert str(life.case.balance) == "USD 110.00"


def test_a_fee_that_a_person_waived_does_not_come_again_with_its_step_and_nobody_is_warned_of_it() -> None:
    """A random life: the step came again after an undo, its fee could not, and a warning went out daily for ever."""
    waive: Fact = lambda case, now: waived(case, Waiver(entry="late-fee"), now)  # noqa: E731
    life = evening(COURTESY, 30, (5, waive), (6, undoes(COURTESY, 5, 6)))
    assert list(booked(life.case)) == ["late-fee"]
    assert [name for name in life.steps() if ":again:" in name] == ["second-charge:again:1"]
    assert life.case.level is Level.SUSPENDED


def test_a_voided_invoice_has_no_fee() -> None:
    case, _ = moment(ASO, 31)
    assert case.lapsed
    assert fee_of(case, step(case, "suspend").model_copy(update={"action": Action.LATE_FEE, "fee": FIXED})) is None


def test_money_that_was_taken_back_is_open_again() -> None:
    begun = with_fees(TEN)
    case = open_case(begun, at(begun, 0))
    case = takes_back("USD 40.00")(pays("USD 40.00")(case, at(begun, 1)), at(begun, 2))
    assert str(fee_base(case)) == "USD 100.00"


def test_the_reactivation_fee_may_be_a_percentage_and_is_asked_for_once() -> None:
    begun = opened(HOTDOODLE, HUNDRED)
    begun = begun.model_copy(update={"plan": begun.plan.model_copy(update={"reactivation_fee": TEN})})
    life = lived(begun, 31)
    assert booked(life.case) == {"suspend:reactivation-fee": "USD 10.00"}
    assert fee_of(life.case, step(life.case, "suspend")) is None
    before = lived(begun, 29).case
    assert str(fee_of(before, step(before, "suspend"))) == "USD 10.00"
    assert fee_of(before, step(before, "lock")) is None


def test_who_owes_nothing_is_asked_for_no_fee() -> None:
    begun = with_fees(Fee(amount=Money.parse("USD 3.00")))
    case = open_case(begun, at(begun, 0))
    assert str(fee_of(case, step(case, "fee-1"))) == "USD 3.00"
    assert fee_of(pays("USD 100.00")(case, at(begun, 1)), step(case, "fee-1")) is None


def test_a_fee_without_an_attempt_is_as_the_policy_says() -> None:
    begun = with_fees(TEN)
    case = open_case(begun, at(begun, 0))
    only_after_one = step(case, "fee-1").model_copy(update={"fee_without_attempt": False})
    assert fee_of(case, only_after_one) is None
    declined = lived(begun, 4).case
    assert str(fee_of(declined, only_after_one)) == "USD 10.00"


@pytest.mark.promise(12)
def test_what_is_announced_is_what_is_booked_when_nothing_is_paid() -> None:
    begun = with_fees(TEN, FIVE)
    case = lived(begun, 4, (1, pays("USD 33.33"))).case
    announced = {c.step.name: str(c.fee) for c in upcoming(case, at(begun, 4, minutes=600), nothing_waits) if c.fee}
    assert announced == {"fee-1": "USD 6.67", "fee-2": "USD 3.33"}
    assert booked(lived(begun, 8, (1, pays("USD 33.33"))).case) == announced


@LIVES
@given(lives())
def test_each_fee_of_a_life_is_what_fee_of_says_of_the_case_before_it(life: Life) -> None:
    for did in life.did:
        after = recorded(did.before, did.step, did.result, did.known) if did.step else did.before
        added = [e.amount for e in after.entries[len(did.before.entries) :] if e.kind in FEES]
        assert len(added) <= 1
        if added and did.step:
            assert added == [fee_of(did.before, did.step)]
            assert did.step.action in (Action.LATE_FEE, Action.SUSPEND)
            assert added[0].minor > 0


@LIVES
@given(lives())
def test_the_base_is_never_more_than_what_is_open_and_without_fees_all_of_it(life: Life) -> None:
    base, owed = fee_base(life.case).minor, max(0, life.case.balance.minor)
    assert 0 <= base <= owed
    if not any(entry.kind in FEES or entry.kind is Kind.WAIVER for entry in life.case.entries):
        assert base == owed
