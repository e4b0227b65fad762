"""Since when a customer could keep a step from coming, when it was asked for first, and what outages gave already."""

from datetime import datetime, timedelta

from dunning.case.case import Case
from dunning.case.deadline import Deadline
from dunning.case.decisions import Perform, Wait
from dunning.case.orders import NoticeOrder, RestrictOrder
from dunning.case.results import Deferred, Delivered, Restricted
from dunning.level import Level
from dunning.rules.deadlines import deadline
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from tests.dunning.evenings import ASO, moment, step
from tests.dunning.examples import pays

DAY = timedelta(days=1)


def of(case: Case, name: str, now: datetime) -> Deadline:
    return deadline(case, step(case, name), now)


def by_outage(case: Case, now: datetime, days: int, name: str = "suspend") -> Case:
    return recorded(case, step(case, name), Deferred(until=now + DAY, reason="down", outage_days=days), now)


def test_it_begins_with_the_first_warning_and_ends_when_the_step_is_asked_for_first() -> None:
    case, now = moment(ASO, 9)
    first = of(case, "suspend", now)
    warned = [done.at for done in case.done if done.announced and done.announced.of("suspend")]
    assert (first.since, first.at, first.moved) == (min(warned), now, 0)
    assert first.named == case.when(step(case, "suspend")), "which is still to come"
    first, case = first.model_copy(update={"named": None}), by_outage(case, now, 1)
    assert of(case, "suspend", now + DAY) == first, "asked again it is the same"
    later = now + 3 * DAY  # something else held it
    assert of(case, "suspend", later) == first.model_copy(update={"at": later, "moved": 1})


def test_after_a_consequence_the_time_for_the_next_one_begins_and_days_that_were_given_count() -> None:
    case, now = moment(ASO, 9)
    case = by_outage(by_outage(case, now, 1), now + DAY, 2)
    assert [each.moved_days for each in case.deferrals] == [1, 1], "each has what it added"
    suspended = now + 2 * DAY
    case = recorded(case, step(case, "suspend"), Restricted(level=Level.SUSPENDED), suspended)
    next_one = of(case, "deactivate", suspended + 9 * DAY)
    assert (next_one.since, next_one.moved) == (suspended, 2)


def test_the_order_carries_it_but_not_for_a_chargeback() -> None:
    case, now = moment(ASO, 9)
    order = order_for(case, step(case, "suspend"), now)
    assert isinstance(order, RestrictOrder)
    assert order.deadline == of(case, "suspend", now)


def test_the_customer_is_told_once_that_there_is_more_time_and_nobody_who_has_paid() -> None:
    case, now = moment(ASO, 9)
    case = by_outage(case, now, 1)
    tells = decide(case, now)
    assert isinstance(tells, Perform)
    notice = order_for(case, tells.milestone, now)
    assert isinstance(notice, NoticeOrder)
    assert (notice.title, notice.moved_days, notice.happened_at) == ("More Time to Pay", 1, now)
    assert (notice.next_action, notice.next_at) == ("suspend", now + DAY)
    told = recorded(case, tells.milestone, Delivered(notice="n-1"), now)
    assert decide(told, now) == Wait(now + DAY, "suspend", "down")
    paid = pays()(case, now)
    step_then = decide(paid, now)
    assert not (isinstance(step_then, Perform) and step_then.milestone.notice == "More Time to Pay")
