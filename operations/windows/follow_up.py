"""The morning after a maintenance window a ticket tells management what waited for it, and what became of that."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dunning.ports.tickets import Tickets
from dunning.tickets.windows import WAITS, follow_up_key, is_complete, window_followed_up
from dunning.windows.window import Window
from operations.windows.results import Result, ResultRecords, results

HOURS = timedelta(hours=3)
"""So long after the last of the morning's turns, the ticket waits for the last results; then it is opened."""
LOOKS_BACK = timedelta(days=14)
"""So long results are still written into it."""

KEPT = timedelta(days=366)
"""So long `window show` has what waited."""


class FollowUpRecords(ResultRecords, Tickets, Protocol):
    """What waited, and tickets."""


class FollowUpWindows:
    """For whoever looks every hour."""

    def __init__(self, store: FollowUpRecords) -> None:
        self._store = store

    async def follow_up(self, at: datetime) -> int:
        """How many tickets were opened or got further results, as of `at` (UTC). Safe to repeat.

        Raises StoreOutageError.
        """
        await self._store.forget_put_off(at - KEPT)
        over = [each for each in await self._store.windows(at - LOOKS_BACK) if each.until <= at and not each.cancelled]
        return sum([await self._one(each, at) for each in over])

    async def _one(self, window: Window, at: datetime) -> bool:
        known = await self._store.ticket(follow_up_key(window.id))
        if known and is_complete(known.subject):
            return False
        found = await results(self._store, window.id)
        if not found or (any(each.result == WAITS for each in found) and at < _last_turn(found) + HOURS):
            return False
        order = window_followed_up(window, found, at)
        return await self._store.open_ticket(order) or await self._store.amend_ticket(order)


def _last_turn(found: Sequence[Result]) -> datetime:
    """Of the first morning: what waits for a later one is told when it has come."""
    first = min(each.waited.opening for each in found)
    return max(each.waited.until for each in found if each.waited.opening == first)
