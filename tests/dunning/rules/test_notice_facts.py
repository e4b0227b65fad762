"""What a notice says comes next, and when: the day on which it really comes."""

from datetime import timedelta

import pytest

from dunning.case.case import Case
from dunning.case.decisions import follow_up
from dunning.case.facts import Promise
from dunning.case.orders import NoticeOrder
from dunning.case.results import Declined
from dunning.policy.plan import Action
from dunning.rules.order_for import order_for
from dunning.rules.promises import promised
from dunning.rules.record import recorded
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, WHMCS, did, evening, moment, step
from tests.dunning.examples import DUE, at, new_card, opened, pays, takes_back
from tests.dunning.life import Fact, Life
from tests.dunning.world import World

HALF_AN_HOUR = timedelta(minutes=30)


def notice(case: Case, name: str, day: int, late: timedelta = timedelta(0)) -> NoticeOrder:
    """The notice as it goes out on that day, some minutes late."""
    now = at(opened(case.plan.policy), day) + late
    order = order_for(case, case.plan.milestone(name) or follow_up(name, now), now)
    assert isinstance(order, NoticeOrder)
    return order


def sent(life: Life, name: str) -> NoticeOrder:
    done = did(life, name)
    assert done.step is not None
    order = order_for(done.before, done.step, done.decided)
    assert isinstance(order, NoticeOrder)
    return order


@pytest.mark.promise(3)
@pytest.mark.promise(4)
@pytest.mark.parametrize(
    ("name", "notice_name", "day", "comes"),
    [
        (ASO, "second-overdue", 9, 1),
        (WHMCS, "first-overdue", 1, 4),
    ],
)
def test_a_warning_that_goes_out_minutes_late_gives_its_whole_interval(
    name: str, notice_name: str, day: int, comes: int
) -> None:
    case, _ = moment(name, day)
    order = notice(case, notice_name, day, HALF_AN_HOUR)
    assert order.next_at == at(opened(name), day + comes) + HALF_AN_HOUR


@pytest.mark.promise(3)
def test_a_warning_that_is_written_again_gives_its_whole_interval_from_then() -> None:
    """No address takes any of the first notices: on the day of the suspension the last warning is written again."""
    life = evening(ASO, 12, world=World(charges=["declined"] * 9, undelivered=set(range(1, 6))))
    again = sent(life, "second-overdue:again:2")
    assert (again.next_action, again.next_at) == ("suspend", did(life, "suspend").decided)
    assert did(life, "suspend").decided == at(opened(ASO), 12)


def test_what_is_no_consequence_comes_on_its_day() -> None:
    case, _ = moment(HOTDOODLE, 4)
    order = notice(case, "reminder", 5, HALF_AN_HOUR)
    assert (order.next_action, order.next_at) == ("warn_admins", at(opened(HOTDOODLE), 10))


def test_what_is_overdue_comes_now_and_never_in_the_past() -> None:
    case, _ = moment(ASO, 9)
    order = notice(case, "pay-page", 15)
    assert (order.road[0].action, order.road[0].at) == (Action.SUSPEND, at(opened(ASO), 15))
    assert order.next_action == "deactivate", "no payment stops what comes in this minute"


def test_a_notice_in_the_grace_says_when_it_is_over() -> None:
    life = evening(ASO, 22, (12, pays()), (20, takes_back()), (21, new_card))
    order = sent(life, "new-method:1:told")
    assert (order.next_action, order.next_at) == ("suspend", at(opened(ASO), 31))


def test_a_notice_while_a_promise_is_kept_names_the_day_that_the_promise_moves_everything_to() -> None:
    """The second reminder waits until the promised day is over, and the suspension comes a day after it."""
    promise: Fact = lambda case, _now: promised(case, Promise(until=DUE + timedelta(days=20)))  # noqa: E731
    life = evening(ASO, 23, (8, promise), (8, new_card))
    order = sent(life, "new-method:1:told")
    assert (order.next_action, order.next_at) == ("suspend", did(life, "suspend").decided)
    assert did(life, "suspend").decided == at(opened(ASO), 22)


def test_a_charge_that_will_not_be_attempted_is_not_announced() -> None:
    case, now = moment(COURTESY, -1)
    for final, coming in ((False, "charge"), (True, "late_fee")):
        declined = recorded(case, step(case, "charge"), Declined(code="no", final=final), now)
        assert notice(declined, "charge:told", 0).next_action == coming


def test_who_owes_nothing_reads_of_nothing_to_come() -> None:
    case, now = moment(ASO, 4)
    order = notice(pays()(case, now), "confirm:p-1", 4)
    assert (order.next_action, order.next_at) == ("", None)
