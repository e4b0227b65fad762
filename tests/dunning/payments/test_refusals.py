"""A charge that the gateway calls malformed is our mistake: nobody is told, nothing happens, and a person goes on."""

from datetime import timedelta

import pytest

from dunning.case.case import Case
from dunning.case.decisions import Perform, Wait, follow_up
from dunning.case.facts import RefusedCharge
from dunning.case.ledger import Kind
from dunning.case.orders import ChargeOrder
from dunning.case.results import Refused, Unknown
from dunning.payments.refusals import MOST, decided, decision_refused
from dunning.policy.plan import CONSEQUENCES, Action
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from dunning.rules.upcoming import nothing_waits, upcoming
from tests.dunning.evenings import ASO, COURTESY, days, evening, moment, step
from tests.dunning.examples import at, new_card, opened, pays
from tests.dunning.life import Fact
from tests.dunning.world import World

SAID = Refused(code="amount_too_small", reason="HTTP 400")


def refusing(times: int, then: str = "ok") -> World:
    return World(charges=["refused"] * times + [then] * 9)


def decides(*, leave_out: bool) -> Fact:
    fact = RefusedCharge(leave_out=leave_out, by="ana", reason="mended")
    return lambda case, now: decided(case, fact, now)


@pytest.mark.parametrize("policy", [ASO, COURTESY, "whmcs-default"])
@pytest.mark.req("S2-27", "S3-10", "S3-15")
def test_nobody_is_told_and_nothing_happens_while_the_charge_is_refused(policy: str) -> None:
    life = evening(policy, 20, world=refusing(99))
    assert {name for day, name in days(life) if day >= 0} == {"charge"}
    assert [day for day, name in days(life) if name == "charge"] == list(range(21))  # once a day
    assert not life.of(*CONSEQUENCES)
    assert life.case.attempts == ()
    assert not [e for e in life.case.entries if e.kind is not Kind.INVOICE]


def test_each_try_has_a_key_of_its_own_because_the_refused_one_s_is_used_up() -> None:
    life = evening(COURTESY, 3, world=refusing(2))
    assert life.moved == {"INV-1042:charge:3": life.case.invoice.amount}
    assert life.outcome == "paid"


def test_once_it_goes_through_and_is_declined_the_rest_of_the_plan_comes_later_by_those_days() -> None:
    """Our delay is not the customer's (promise 4), and the refused tries are none of the two attempts."""
    life = evening(COURTESY, 20, world=refusing(3, "declined"))
    told = [(day, name) for day, name in days(life) if not name.startswith("issue")]
    assert told[:4] == [(0, "charge"), (1, "charge"), (2, "charge"), (3, "charge")]
    assert {name: day for day, name in told if name in ("second-charge", "late-fee", "suspend")} == {
        "second-charge": 8,
        "late-fee": 8,
        "suspend": 13,
    }
    assert len(life.case.attempts) == 2


def test_after_a_month_only_a_person_goes_on() -> None:
    life = evening(ASO, 60, world=refusing(99))
    assert len([name for _, name in days(life) if name == "charge"]) == MOST
    waits = decide(life.case, life.now)
    assert isinstance(waits, Wait)
    assert (waits.until, waits.coming) == (None, "a decision about charge")
    assert not life.of(*CONSEQUENCES)
    assert list(upcoming(life.case, life.now, nothing_waits)) == []


def test_a_person_has_it_tried_at_once_when_it_is_mended() -> None:
    life = evening(ASO, 0, (0, decides(leave_out=False)), world=refusing(1))
    assert [name for _, name in days(life) if name == "charge"] == ["charge", "charge"]
    assert life.outcome == "paid"
    late = evening(ASO, 60, (50, decides(leave_out=False)), world=refusing(MOST))
    assert late.outcome == "paid"


@pytest.mark.req("S3-35")
def test_a_person_leaves_it_out_and_the_plan_goes_on_without_it() -> None:
    life = evening(COURTESY, 20, (2, decides(leave_out=True)), world=refusing(3, "declined"))
    left_out = life.case.steps_done["charge"]
    assert (left_out.kind, life.case.refusals[0].left_out) == ("skipped", "ana: mended")
    assert not [name for _, name in days(life) if name == "charge:told"]
    assert [(a.step, a.kind) for a in life.case.attempts] == [("second-charge", "declined")]
    (suspended,) = [day for day, name in days(life) if name == "suspend"]
    assert suspended >= 10 + 2  # by the days that the charge was late


def test_what_is_not_refused_is_no_person_s_business() -> None:
    fact = RefusedCharge(by="ana")
    case, now = moment(ASO, 2)
    assert decision_refused(case, fact) == "no charge of this invoice waits because the gateway refuses it"
    assert decided(case, fact, now) is case
    waiting = evening(ASO, 2, world=refusing(9)).case
    assert decision_refused(waiting, fact) == ""
    left_out = decided(waiting, RefusedCharge(by="ana", leave_out=True), now)
    assert decision_refused(left_out, fact)


@pytest.mark.promise(2)
def test_who_pays_meanwhile_is_done() -> None:
    life = evening(ASO, 5, (3, pays()), world=refusing(99))
    assert life.outcome == "paid"
    assert life.moved == {}


def test_a_new_card_s_attempt_may_be_refused_too_and_holds_everything() -> None:
    life = evening(COURTESY, 30, (2, new_card), world=World(charges=["declined", *["refused"] * 99]))
    assert [name for day, name in days(life) if day > 2] == ["new-method:1"] * 28
    assert not life.of(*CONSEQUENCES)
    other = evening(
        COURTESY, 30, (2, new_card), (4, decides(leave_out=True)), world=World(charges=["declined", *["refused"] * 3])
    )
    assert other.case.steps_done["new-method:1"].kind == "skipped"
    assert "second-charge" in other.case.steps_done


@pytest.mark.promise(1)
def test_an_attempt_of_unknown_fate_that_proves_refused_is_not_asked_about_again() -> None:
    invoice = opened(ASO)
    case, now = moment(ASO, -1)
    charge, due = step(case, "charge"), at(invoice, 0)
    case = recorded(case, charge, Unknown(ask_at=due), due)
    case = recorded(case, charge, SAID, due + timedelta(hours=1))
    assert case.in_transit is None
    waits = decide(case, due + timedelta(hours=2))
    assert isinstance(waits, Wait)
    assert waits.until == due + timedelta(days=1, hours=1)
    assert key_of(case, "charge") == "INV-1042:charge:2"
    del now


def key_of(case: Case, name: str) -> str:
    order = order_for(case, follow_up(name, case.opened_at, action=Action.CHARGE), case.opened_at)
    assert isinstance(order, ChargeOrder)
    return order.key


def test_the_charge_of_another_day_begins_at_its_first_attempt() -> None:
    case, now = moment(COURTESY, -1)
    case = recorded(case, step(case, "charge"), SAID, now)
    assert key_of(case, "second-charge") == "INV-1042:second-charge:1"
    assert isinstance(decide(case, now + timedelta(days=2)), Perform)
