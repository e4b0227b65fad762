"""The breaker (promise 10): so many suspensions or deletions happen by themselves; before more, a person is asked.

A clock that was set wrong, a policy that was edited wrong or a gateway's bad day makes thousands of invoices
overdue at once. Each case is right by its own facts, so only somebody who sees all of them can notice.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.level import Level
from dunning.records.effects import Consequence, Counted
from dunning.tickets.fleet import NOUNS, breaker_stopped
from dunning.tickets.ticket import TicketOrder

SUSPEND: Final = "suspend"
DELETE: Final = "delete"
"""What is counted. Warnings and locks take nothing from a customer that cannot wait for a person."""
ADMITTED: Final = "admitted"
DEFERRED: Final = "deferred"
ALLOWED: Final = "allowed"
KEPT: Final = "kept"


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `most` in any window of `hours`, and at most this `share` of the fleet, but always `least`."""

    most: int = 200
    least: int = 10
    share: float = 0.05
    hours: float = 24.0

    @property
    def window(self) -> timedelta:
        """The window's length."""
        return timedelta(hours=self.hours)

    def allowed(self, fleet: int) -> int:
        """How many a fleet of so many accounts may see in one window. `most` wins when it is below `least`."""
        part = ceil(round(self.share * fleet, 6))  # 0.07 * 100 is a bit more than 7
        return min(self.most, max(self.least, part))


class Stopped(Consequence):
    """What the breaker holds back, with the policy of its invoice (empty when the store does not know it)."""

    policy: str = ""


@dataclass(slots=True)
class Books:
    """What has to be known for an answer. `rows` by key: those asked for, and what was admitted around them.

    `incidents` are those that a person is being asked about, by action.
    """

    fleet: int
    rows: dict[str, Consequence]
    incidents: dict[str, str]

    def answer(self, asked: Consequence, limits: Limits) -> Consequence:
        """What it is known as; else admitted, or deferred when there is no room or a person is being asked already.

        Asked again at another time, one that was admitted counts anew: it did not happen the first time.
        """
        known = self.rows.get(asked.key)
        if known and (known.status != ADMITTED or known.at == asked.at):
            return known
        incident = self.incidents.get(asked.action, "")
        if not incident and has_room(limits, self.fleet, asked.at, self._others(asked)):
            row = asked.model_copy(update={"status": ADMITTED, "incident": ""})
        else:
            row = asked.model_copy(update={"status": DEFERRED, "incident": incident or asked.key})
            self.incidents[asked.action] = row.incident
        self.rows[asked.key] = row
        return row

    def _others(self, asked: Consequence) -> Iterable[datetime]:
        return (
            row.at
            for row in self.rows.values()
            if row.status == ADMITTED and row.action == asked.action and row.key != asked.key
        )


def counted(order: RestrictOrder | DeleteOrder) -> Counted | None:
    """As what the order counts; None for what is not counted at all.

    Who is suspended already loses nothing more by becoming inactive.
    """
    if isinstance(order, DeleteOrder):
        return DELETE
    cuts_off = order.level.rank >= Level.SUSPENDED.rank > order.held.rank
    return SUSPEND if cuts_off else None


def has_room(limits: Limits, fleet: int, at: datetime, admitted: Iterable[datetime]) -> bool:
    """Whether one more at that instant leaves every window within the limits. `admitted` are the others' instants."""
    return fullest(at, admitted, limits.window) < limits.allowed(fleet)


def fullest(at: datetime, others: Iterable[datetime], window: timedelta) -> int:
    """How many of `others` lie in the fullest window [start, start + window) that `at` lies in, too.

    Cases do not come in the order of their times, so the windows that end after `at` count as well.
    """
    near = sorted(each for each in others if abs(each - at) < window)
    starts = [*near[: bisect_left(near, at)], at]
    return max(bisect_left(near, start + window) - bisect_left(near, start) for start in starts)


def reason(row: Consequence) -> str:
    """Why a case waits. No number: it would be wrong a second later, and stand in thousands of cases."""
    if row.status == KEPT:
        return f"{row.decided_by} decided against this {NOUNS[row.action]}: {row.decided_why} (starter.py breaker show)"
    return f"the breaker stopped too many {NOUNS[row.action]}s at once; a person decides (starter.py breaker show)"


def by_policy(rows: Iterable[Stopped]) -> str:
    """`a-small-orange 4,000, whmcs-default 711`, most first."""
    return ", ".join(
        f"{policy or 'no policy known'} {n:,}" for policy, n in Counter(r.policy for r in rows).most_common()
    )


def breaker_alert(first: Consequence, admitted: Sequence[Consequence], limits: Limits) -> TicketOrder:
    """Work for a person, once an incident: of no account in particular. `admitted` are those that just happened."""
    allowed = f"most {limits.most}, least {limits.least}, {limits.share:.1%} of the fleet"
    return breaker_stopped(first, admitted, limits.hours, allowed)
