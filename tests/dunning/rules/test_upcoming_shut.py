"""What is to come names the days that outages and open hours make, and guards say the same when it comes."""

from datetime import datetime, time, timedelta

from dunning.calendar import local
from dunning.case.case import Case
from dunning.case.orders import RestrictOrder
from dunning.case.results import Deferred
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from dunning.rules.upcoming import Waiting, nothing_waits, upcoming
from dunning.windows.hours import OpenHours
from dunning.windows.outage import Outage, Way
from dunning.windows.shut import Shut
from tests.dunning.evenings import ASO, moment, step

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def comes(case: Case, now: datetime, waiting: Waiting) -> dict[str, datetime]:
    return {each.step.name: each.at for each in upcoming(case, now, waiting)}


def seen(case: Case, now: datetime, hours: float) -> Outage:
    """So long, until now."""
    since = now - hours * HOUR
    return Outage(id="o", way=Way.GATEWAY, since=since, until=now, seen=now, checks=9)


def test_an_outage_moves_the_suspension_and_all_that_follows_and_the_guard_says_the_same() -> None:
    case, now = moment(ASO, 9)
    plan, shut = comes(case, now, nothing_waits), Shut(outages=(seen(case, now, 30),), least=HOUR / 2)
    ahead = comes(case, now, shut.until)
    assert {name: ahead[name] - at for name, at in plan.items()} == dict.fromkeys(plan, 2 * DAY)
    assert set(ahead) - set(plan) == {"more-time:0"}, "the customer will be told"
    at = plan["suspend"]
    order = order_for(case, step(case, "suspend"), at)
    assert isinstance(order, RestrictOrder)
    waits = shut.waits("suspended", at, order.deadline)
    assert waits
    assert waits.until == ahead["suspend"]
    put_off = Deferred(until=waits.until, reason="down", outage_days=waits.outage_days)
    later = comes(recorded(case, step(case, "suspend"), put_off, at), at, shut.until)
    assert {name: later[name] for name in plan} == {name: ahead[name] for name in plan}, "it gains nothing more"


def test_open_hours_of_the_policy_s_department_are_waited_for() -> None:
    case, now = moment(ASO, 9)
    plain = comes(case, now, nothing_waits)
    day = local(plain["suspend"], case.plan.zone).date()
    hours = OpenHours(case.plan.zone, (((time(10), time(16)),),) * 7, frozenset({day}))
    shut = Shut(hours={"billing": hours})
    assert comes(case, now, shut.until) == plain, "the policy says nothing of hours"
    billing = case.model_copy(update={"plan": case.plan.model_copy(update={"only_in_hours_of": "billing"})})
    ahead = comes(billing, now, shut.until)
    assert ahead["suspend"] == hours.next_opening(plain["suspend"]) == plain["suspend"] + DAY + HOUR
    assert all(hours.open_at(ahead[name]) for name in ("suspend", "deactivate") if name in ahead)
