"""What a notice says of the time ahead of a customer who does not pay, and what of it the notice announces.

A case orders its notices by the plan, for no workflow reads a store. Whoever writes one knows what is set meanwhile
(maintenance windows), and names the days that will be.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from dunning.case.announced import Announcement
from dunning.case.case import Case
from dunning.case.decisions import Perform
from dunning.case.orders import NoticeOrder
from dunning.case.road import Ahead
from dunning.case.snapshot import unpacked
from dunning.policy.plan import Milestone
from dunning.rules.machine import decide
from dunning.rules.notice_facts import announcement
from dunning.rules.upcoming import Waiting, road_after


class TimeAhead(TypedDict):
    """As fields of `NoticeOrder`."""

    road: tuple[Ahead, ...]
    announced: Announcement | None


def time_ahead(case: Case, notice: Milestone, now: datetime, waiting: Waiting) -> TimeAhead:
    """What comes once the notice, sent at `now` (UTC), is there."""
    road = tuple(_road(case, notice, now, waiting))
    return TimeAhead(road=road, announced=announcement(case, notice, road))


def as_it_will_be(order: NoticeOrder, waiting: Waiting) -> NoticeOrder:
    """The order with the days on which things will come; a case that is too long for a snapshot keeps the plan's."""
    try:
        case = unpacked(order.snapshot)
    except ValueError:  # none, or of another version of ours
        return order
    step = decide(case, order.at)
    if not isinstance(step, Perform):
        return order
    return order.model_copy(update=dict(time_ahead(case, step.milestone, order.at, waiting)))


def _road(case: Case, notice: Milestone, now: datetime, waiting: Waiting) -> Iterator[Ahead]:
    for each in road_after(case, notice, now, waiting):
        step = each.step
        yield Ahead(
            step=step.name, action=step.action, at=each.at, fee=each.fee, agreed=not each.missing, asked=each.asked
        )
