"""Money that is taken back (S3-34): what happens at once, and what waits for the grace."""

from datetime import datetime, timedelta

import pytest

from dunning.case.decisions import Perform, Wait
from dunning.case.orders import NoticeOrder
from dunning.case.update import changed
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from tests.dunning.evenings import (
    ASO,
    after,
    days,
    declining,
    did,
    evening,
    moment,
    until_evening,
    with_rule,
)
from tests.dunning.examples import PRICE, at, opened, pays, takes_back
from tests.dunning.life import Fact, live
from tests.dunning.world import World

GRACE = "money was taken back, and the policy gives this time"


@pytest.mark.req("S3-34")
def test_the_store_hears_the_credit_is_used_the_customer_is_told_and_then_nothing_happens_for_the_grace() -> None:
    life = evening(ASO, 22, (12, pays()), (20, takes_back()))
    assert after(life, 20) == [(20, "reopen:r-1"), (20, "use-credit:r-1"), (20, "reversal:r-1")]
    assert life.last == Wait(at(opened(ASO), 30), "the grace is over", GRACE)
    assert life.case.level is Level.ACTIVE
    again = decide(life.case, at(opened(ASO), 30))
    assert isinstance(again, Perform)
    assert again.milestone.name == "second-overdue:again:1", "the warnings from before the payment count no more"


@pytest.mark.req("S3-34")
def test_the_notice_says_how_much_went_back_when_and_what_comes_next() -> None:
    life = evening(ASO, 22, (12, pays()), (20, takes_back("USD 15.00")))
    told = did(life, "reversal:r-1")
    assert told.step is not None
    order = order_for(told.before, told.step, told.decided)
    assert isinstance(order, NoticeOrder)
    back_at = at(opened(ASO), 20, minutes=30)
    assert (order.title, order.amount, order.happened_at, order.detail) == (
        "Payment Taken Back", Money.parse("USD 15.00"), back_at, "r-1",
    )  # fmt: skip
    assert (order.balance, order.level) == (Money.parse("USD 15.00"), Level.ACTIVE)
    assert (order.next_action, order.next_at) == ("suspend", at(opened(ASO), 31))


@pytest.mark.promise(4)
def test_the_notice_names_the_day_on_which_the_next_step_really_comes() -> None:
    """The first reminder comes when the grace is over, and with it everything after it moves."""
    life = evening(ASO, 60, (2, pays()), (20, takes_back()))
    assert after(life, 30) == [
        (30, "first-overdue"),
        (34, "second-overdue"),
        (35, "suspend"),
        (35, "suspend:told"),
        (55, "deactivate"),
        (55, "deactivate:told"),
    ]
    told = did(life, "reversal:r-1")
    assert told.step is not None
    order = order_for(told.before, told.step, told.decided)
    assert isinstance(order, NoticeOrder)
    assert (order.next_action, order.next_at) == ("suspend", at(opened(ASO), 35))


@pytest.mark.promise(4)
def test_a_notice_that_goes_out_days_late_gives_the_whole_grace_from_then() -> None:
    """Everything that takes time takes none here but for the notice: no mail server took it for three days."""
    late = World(charges=["declined"], delays=[timedelta(0)] * 12 + [timedelta(days=3)])
    life = evening(ASO, 34, (12, pays()), (20, takes_back()), world=late)
    assert (23, "reversal:r-1") in days(life)
    assert after(life, 24) == [(33, "second-overdue:again:1"), (34, "suspend"), (34, "suspend:told")]
    assert (life.case.grace_of, life.case.grace_until) == ("r-1", at(opened(ASO), 33))


def test_the_grace_ends_at_the_policy_s_hour_and_none_at_all_holds_nothing() -> None:
    for grace, day in ((10, 31), (1, 22), (0, 21)):
        life = until_evening(with_rule(ASO, grace=grace), 32, (12, pays()), (20, takes_back()), world=declining())
        suspended = [d for d in life.of(Action.SUSPEND) if d.decided > at(opened(ASO), 12)]
        late = timedelta(minutes=30) if grace == 0 else timedelta(0)
        assert [d.decided for d in suspended] == [at(opened(ASO), day) + late]


def test_the_grace_ends_at_the_hour_of_the_plan_s_first_step() -> None:
    case, now = moment(ASO, 12)
    first, *others = case.plan.milestones
    early = first.model_copy(update={"at": first.at - timedelta(hours=3)})
    case = changed(case, plan=case.plan.model_copy(update={"milestones": (early, *others)}))
    assert takes_back()(pays()(case, now), now).grace_until == at(opened(ASO), 22) - timedelta(hours=3)


def test_without_a_grace_the_notice_still_names_the_day_on_which_the_next_step_comes() -> None:
    life = until_evening(with_rule(ASO, grace=0), 30, (2, pays()), (20, takes_back()), world=declining())
    told = did(life, "reversal:r-1")
    assert told.step is not None
    order = order_for(told.before, told.step, told.decided)
    assert isinstance(order, NoticeOrder)
    assert order.next_action == "suspend"
    assert order.next_at is not None
    assert order.next_at.date() == did(life, "suspend").decided.date()


def test_a_part_that_is_taken_back_while_something_is_owed_anyway_is_told_and_holds_nothing() -> None:
    life = evening(ASO, 12, (6, pays("USD 5.00")), (8, takes_back("USD 5.00")))
    assert after(life, 8) == [
        (8, "reopen:r-1"),
        (8, "use-credit:r-1"),
        (8, "reversal:r-1"),
        (9, "second-overdue"),
        (10, "suspend"),
        (10, "suspend:told"),
    ]
    assert life.case.balance == PRICE


def test_a_part_of_what_paid_for_everything_opens_the_case_again_for_that_part() -> None:
    life = evening(ASO, 31, (12, pays()), (20, takes_back("USD 5.00")))
    assert life.case.balance == Money.parse("USD 5.00")
    assert (31, "suspend") in days(life)


def test_two_reversals_are_two_notices_and_the_first_grace_counts() -> None:
    first, second = takes_back("USD 5.00", reversal="r-1"), takes_back("USD 5.00", reversal="r-2")
    life = evening(ASO, 31, (12, pays()), (20, first), (22, second))
    assert after(life, 20) == [
        (20, "reopen:r-1"),
        (20, "use-credit:r-1"),
        (20, "reversal:r-1"),
        (22, "reopen:r-2"),
        (22, "use-credit:r-2"),
        (22, "reversal:r-2"),
        (30, "second-overdue:again:1"),
        (31, "suspend"),
        (31, "suspend:told"),
    ]
    assert life.case.balance == Money.parse("USD 10.00")


@pytest.mark.promise(9)
def test_the_same_reversal_twice_changes_nothing() -> None:
    once = evening(ASO, 31, (12, pays()), (20, takes_back()))
    twice = evening(ASO, 31, (12, pays()), (20, takes_back()), (21, takes_back()), (28, takes_back()))
    assert (days(once), once.case) == (days(twice), twice.case)


def test_without_a_title_no_notice_is_written_and_without_the_policy_s_word_no_credit_is_used() -> None:
    invoice = with_rule(ASO, notice="")
    invoice = invoice.model_copy(update={"plan": invoice.plan.model_copy(update={"uses_credit": False})})
    life = until_evening(invoice, 22, (12, pays()), (20, takes_back()), world=declining())
    assert after(life, 20) == [(20, "reopen:r-1")]
    assert isinstance(life.last, Wait)


def test_money_that_went_and_came_while_everything_was_paid_makes_nobody_owe() -> None:
    """Paid twice, and one of the two went back before anything became of it."""
    case, now = moment(ASO, 2)
    case = pays("USD 19.99", "p-2")(pays()(case, now), now)
    back = takes_back()(case, now)
    assert (back.paid_up, back.grace_until, back.grace_of) == (True, None, "")
    assert back.lifted is False


@pytest.mark.req("S3-06")
def test_who_pays_again_in_the_grace_is_left_alone_and_the_books_are_closed_again() -> None:
    life = evening(ASO, 40, (2, pays()), (20, takes_back()), (25, pays("USD 19.99", "p-2")))
    assert after(life, 25) == [(25, "reinstate"), (25, "confirm:p-2"), (25, "close:4")]
    assert life.outcome == "paid"


# What was never told


@pytest.mark.req("S2-27")
def test_a_charge_that_failed_while_the_customer_paid_is_not_told_weeks_later() -> None:
    """It was declined while money came another way, so no notice said so; none comes with the reversal either."""
    start = opened(ASO)
    world = World(charges=["declined"], delays=[timedelta(0), timedelta(minutes=30)])
    coming: list[tuple[datetime, Fact]] = [(at(start, 0, minutes=10), pays()), (at(start, 20), takes_back())]
    life = live(start, at(start, -11), coming, world, at(start, 29))
    assert after(life, 0) == [
        (0, "charge"), (0, "confirm:p-1"), (0, "close:2"),
        (20, "reopen:r-1"), (20, "use-credit:r-1"), (20, "reversal:r-1"),
    ]  # fmt: skip
    told = life.case.steps_done["charge:told"]
    assert (told.kind, told.detail) == ("skipped", "it was paid meanwhile")


def test_a_charge_that_failed_and_was_told_is_told_once() -> None:
    life = evening(ASO, 29, (2, pays()), (20, takes_back()))
    assert life.steps().count("charge:told") == 1
