"""How long a step waits for news that was accepted and has not reached its case: a day, for each by itself."""

from datetime import datetime, timedelta

import pytest

from dunning.case.case import Case
from dunning.case.orders import RestrictOrder
from dunning.case.results import Deferred
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from tests.dunning.evenings import ASO, moment, step

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)


def put_off(case: Case, now: datetime, until: datetime, waits_for: str = "") -> Case:
    return recorded(case, step(case, "suspend"), Deferred(until=until, reason="not now", waits_for=waits_for), now)


def waited_out(case: Case, now: datetime) -> tuple[str, ...]:
    order = order_for(case, step(case, "suspend"), now)
    assert isinstance(order, RestrictOrder)
    return order.waited_out


@pytest.mark.promise(2)
def test_each_news_is_waited_for_a_day_also_when_the_step_was_put_off_long_for_another_reason() -> None:
    case, now = moment(ASO, 10)
    first = now + QUARTER
    case = put_off(case, now, first, "payments:old")
    assert waited_out(case, first + DAY - timedelta(seconds=1)) == ()
    assert waited_out(case, first + DAY) == ("payments:old",)
    later = now + timedelta(days=5)
    case = put_off(case, first, later)  # the breaker, say: nothing was looked at meanwhile
    assert waited_out(case, later) == ("payments:old",), "not a second day for the same news"
    case = put_off(case, later, later + QUARTER, "payments:new")
    assert waited_out(case, later + QUARTER) == ("payments:old",), "what was accepted since is waited for"
    assert waited_out(case, later + QUARTER + DAY) == ("payments:old", "payments:new")


def test_a_step_waits_for_nothing_on_behalf_of_another() -> None:
    case, now = moment(ASO, 10)
    case = put_off(case, now, now + QUARTER, "payments:old")
    order = order_for(case, step(case, "deactivate"), now + 9 * DAY)
    assert isinstance(order, RestrictOrder)
    assert order.waited_out == ()
