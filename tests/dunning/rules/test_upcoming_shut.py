"""What is to come names the days that outages and open hours make, and guards say the same when it comes."""

from datetime import datetime, time, timedelta

from dunning.calendar import local
from dunning.case.case import Case
from dunning.case.orders import RestrictOrder
from dunning.case.results import Deferred, Delivered
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from dunning.rules.time_ahead import time_ahead
from dunning.rules.upcoming import Waiting, nothing_waits, upcoming
from dunning.windows.hours import OpenHours
from dunning.windows.outage import Outage, Way
from dunning.windows.shut import Shut, why
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


def test_a_warning_that_names_the_moved_day_gives_the_days_once_and_its_day_is_kept_to() -> None:
    case, now = moment(ASO, 8)
    shut = Shut(outages=(seen(case, now, 26),), least=HOUR / 2)
    warning, plan = step(case, "second-overdue"), comes(case, now, nothing_waits)
    ahead = time_ahead(case, warning, plan["second-overdue"], shut.until)
    assert ahead["announced"]
    said = ahead["announced"].of("suspend")
    assert said
    assert said.at == plan["suspend"] + 2 * DAY
    warned = recorded(case, warning, Delivered(notice="n", announced=ahead["announced"]), plan["second-overdue"])
    assert comes(warned, plan["second-overdue"], shut.until)["suspend"] == said.at, "and not two days later again"
    order = order_for(warned, step(warned, "suspend"), plan["suspend"])
    assert isinstance(order, RestrictOrder)
    waits = shut.waits("suspended", plan["suspend"], order.deadline)
    assert waits
    assert (waits.until, waits.outage_days) == (said.at, 2), "it counts against the three days"
    struck = shut._replace(outages=(shut.outages[0].model_copy(update={"struck_by": "ana"}),))
    kept = struck.waits("suspended", plan["suspend"], order.deadline)
    assert kept
    assert (kept.until, kept.outage_days, why(kept)) == (said.at, 0, "a notice named that day for it")
    at_last = order_for(warned, step(warned, "suspend"), said.at)
    assert isinstance(at_last, RestrictOrder)
    assert struck.waits("suspended", said.at, at_last.deadline) is None
