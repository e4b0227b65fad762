"""Whoever has a bill due in a maintenance window, or next to it, is asked to pay before it; nobody else is (S0-15)."""

from datetime import date, datetime, timedelta

from dunning.calendar import local_date
from dunning.case.case import Case
from dunning.case.closure import Closure
from dunning.case.decisions import follow_up
from dunning.case.orders import NoticeOrder
from dunning.notices.announcement import hours_in_name
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.rules.order_for import order_for
from dunning.rules.time_ahead import time_ahead
from dunning.rules.upcoming import Waiting
from dunning.windows.window import Window

TITLE = "Please Pay Before Our Maintenance"
NEXT_TO = timedelta(days=3)
"""A due date so many days before or after the window's own days lies next to it."""


def pay_by(window: Window, zone: str) -> date:
    """The last whole day before it, both on the reader's clock and where its hours were said."""
    return min(local_date(window.since, zone), local_date(window.since, window.zone)) - timedelta(days=1)


def is_near(due: date, window: Window, zone: str) -> bool:
    """Whether a bill of that day, in that zone, is due in the window or next to it."""
    return local_date(window.since, zone) - NEXT_TO <= due <= local_date(window.until, zone) + NEXT_TO


def pay_by_notice(case: Case, window: Window, closure: Closure, now: datetime, waiting: Waiting) -> NoticeOrder | None:
    """The order; None where nothing is owed, the bill lies elsewhere, or it is too late for it.

    Its step makes it one notice a bill for these hours. `waiting` is as in `dunning.rules.upcoming`.
    """
    zone = case.plan.zone
    last = pay_by(window, zone)
    if case.paid_up or case.lapsed or not is_near(case.invoice.due, window, zone) or last < case.today(now):
        return None
    name = follow_up(step(StepKind.PAY_BY, window.id, hours_in_name(window), case.invoice.number), now)
    order = order_for(case, name, now)
    assert isinstance(order, NoticeOrder)
    told = {"title": TITLE, "closures": (closure.model_copy(update={"pay_by": last}),)}
    return order.model_copy(update={**time_ahead(case, name, now, waiting), **told})
