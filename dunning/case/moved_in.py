"""An invoice that another system dunned before: what counts as done there, and what is still ours to do.

Nothing goes out at once. What the other system sent is said to be sent, but it never counts as our warning: the first
consequence waits for one of ours, and its full interval (`dunning.rules.moved_in`). A charge that it tried is not tried
again, and a late fee whose day is over is not asked for: the amount that moved in has it, or never will.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from dunning.calendar import local_date
from dunning.case.outcomes import Ended
from dunning.level import Level
from dunning.policy.plan import DELETIONS, LEVEL_OF, Milestone, Plan
from dunning.wire import Instant, Wire


class MovedIn(Wire):
    """`until` is the day of the last notice there. Nothing happens here before `begins`, the policy's next hour.

    `warns_at` is when our own warning may go out: those of many invoices are spread. `level` is what the other system
    had brought the services to, and what is our hold now.
    """

    until: date
    begins: Instant
    warns_at: Instant
    level: Level = Level.ACTIVE


class Elsewhere(NamedTuple):
    """A milestone that does not come any more, and why."""

    milestone: Milestone
    kind: Ended
    why: str


def elsewhere(plan: Plan, moved: MovedIn) -> Iterator[Elsewhere]:
    """The milestones that are over for an invoice that moved in, in the plan's order.

    Those up to the level that was adopted; and, but for what restricts or deletes, those of days until the last notice,
    and those that would come at once.
    """
    adopted = max((place for place, m in enumerate(plan.milestones) if _is_adopted(m, moved)), default=-1)
    for place, milestone in enumerate(plan.milestones):
        if place <= adopted:
            yield Elsewhere(milestone, "elsewhere", f"{moved.level.value} when the invoice moved in")
        elif milestone.action in DELETIONS or LEVEL_OF.get(milestone.action, Level.ACTIVE).rank > Level.WARNED.rank:
            continue
        elif local_date(milestone.at, plan.zone) <= moved.until:
            yield Elsewhere(milestone, "elsewhere", f"it moved in with notices until {moved.until}")
        elif milestone.at < moved.begins:
            yield Elsewhere(milestone, "skipped", "its day was over when the invoice moved in")


def _is_adopted(milestone: Milestone, moved: MovedIn) -> bool:
    level = LEVEL_OF.get(milestone.action)
    return moved.level is not Level.ACTIVE and level is not None and level.rank <= moved.level.rank


OVER = ("not_ours", "skipped", "elsewhere")
"""How a step ends that was not done by us, so that nobody is told of it."""
