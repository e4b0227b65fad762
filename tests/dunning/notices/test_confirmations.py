"""Every payment is confirmed once, and all that wait for it at the same moment together."""

from datetime import datetime

import pytest

from dunning.case.case import Case
from dunning.case.decisions import Perform
from dunning.case.facts import Bounced
from dunning.case.orders import NoticeOrder
from dunning.case.results import Delivered, Undelivered
from dunning.money import Money
from dunning.notices.bounced import bounced
from dunning.notices.confirmations import MOST, confirmation_due, confirmed_by
from dunning.policy.step_names import read
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from tests.dunning.evenings import ASO, moment
from tests.dunning.examples import pays, takes_back


def told(case: Case, now: datetime) -> tuple[Perform, NoticeOrder]:
    """The confirmation that is written now."""
    step = decide(case, now)
    assert isinstance(step, Perform)
    assert step.milestone.name.startswith("confirm:")
    order = order_for(case, step.milestone, now)
    assert isinstance(order, NoticeOrder)
    return step, order


def ids(order: NoticeOrder) -> list[str]:
    return [each.id for each in order.payments] or [order.detail]


def sent(case: Case, now: datetime, notice: str = "n") -> Case:
    step, _ = told(case, now)
    return recorded(case, step.milestone, Delivered(notice=notice), now)


def paid(case: Case, now: datetime, *names: str) -> Case:
    for name in names:
        case = pays("USD 0.01", name)(case, now)
    return case


def test_one_payment_is_told_as_ever() -> None:
    case, now = moment(ASO, 6)
    step, order = told(paid(case, now, "p-1"), now)
    assert step.milestone.name == "confirm:p-1"
    assert (order.amount, order.detail, order.happened_at, order.payments) == (Money.parse("USD 0.01"), "p-1", now, ())


def test_several_that_wait_are_told_together_under_the_name_of_the_last() -> None:
    case, now = moment(ASO, 6)
    step, order = told(paid(case, now, "p-1", "p-2", "p-3"), now)
    assert step.milestone.name == "confirm:p-3"
    assert ids(order) == ["p-1", "p-2", "p-3"]
    assert (order.amount, order.detail, order.happened_at) == (Money.parse("USD 0.03"), "", now)


def test_what_comes_while_it_is_sent_is_told_by_the_next() -> None:
    case, now = moment(ASO, 6)
    waiting = paid(case, now, "p-1", "p-2")
    step, order = told(waiting, now)
    meanwhile = paid(waiting, now, "p-3", "p-4")
    case = recorded(meanwhile, step.milestone, Delivered(notice="n"), now)
    assert [e.id for e in confirmed_by(case, read(step.milestone.name).id)] == ids(order) == ["p-1", "p-2"]
    _, later = told(case, now)
    assert ids(later) == ["p-3", "p-4"]
    assert confirmation_due(sent(case, now)) == ""


@pytest.mark.parametrize("count", [MOST, MOST + 1, 3 * MOST - 1])
def test_thousands_are_told_a_hundred_at_a_time_and_each_once(count: int) -> None:
    case, now = moment(ASO, 6)
    names = [f"p-{number}" for number in range(count)]
    case, seen = paid(case, now, *names), list[str]()
    while confirmation_due(case):
        _, order = told(case, now)
        assert len(ids(order)) <= MOST
        seen += ids(order)
        case = sent(case, now)
    assert seen == names


def test_one_that_comes_back_is_written_again_for_the_same_payments() -> None:
    case, now = moment(ASO, 6)
    case = sent(paid(case, now, "p-1"), now, "first")
    case = sent(paid(case, now, "p-2", "p-3"), now, "second")
    case = sent(paid(case, now, "p-4"), now, "third")
    case = bounced(case, Bounced(notice="second", at=now), now)
    step, order = told(case, now)
    assert step.milestone.name == "confirm:p-3:again:bounced:1"
    assert ids(order) == ["p-2", "p-3"]
    case = paid(case, now, "p-5")
    _, fresh = told(case, now)
    assert ids(fresh) == ["p-5"]
    _, again = told(recorded(case, step.milestone, Delivered(notice="anew"), now), now)
    assert ids(again) == ["p-5"], "the one that was written again is over"


def test_one_that_no_address_takes_is_over_with_its_payments() -> None:
    case, now = moment(ASO, 6)
    case = paid(case, now, "p-1", "p-2")
    step, _ = told(case, now)
    case = recorded(case, step.milestone, Undelivered(notice="n", reason="550"), now)
    assert confirmation_due(case) == ""


def test_money_that_went_again_before_it_was_confirmed_is_confirmed_all_the_same() -> None:
    case, now = moment(ASO, 6)
    case = takes_back("USD 0.01", "p-1")(paid(case, now, "p-1", "p-2"), now)
    _, order = told(case, now)
    assert ids(order) == ["p-1", "p-2"]


def test_other_steps_confirm_nothing() -> None:
    case, now = moment(ASO, 6)
    case = paid(case, now, "p-1")
    assert confirmed_by(case, "suspend") == ()
    assert confirmed_by(case, "confirm:nobody") == ()
