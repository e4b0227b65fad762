"""Customers whose payment always lands just after the reminder, from the closed books."""

from collections.abc import Callable
from datetime import datetime, timedelta

from dunning.fleet.day_behind import DayBehind, day_behind
from dunning.ports.closed_cases import ClosedBooks
from operations.errors import RefusedError

LEAST_DAYS, MOST_DAYS = 62, 800
"""Two months are seen in no fewer; older habits are none any more."""


class FindDayBehind:
    """Reads the store only; `clock` is the wall's."""

    def __init__(self, books: ClosedBooks, clock: Callable[[], datetime]) -> None:
        self._books = books
        self._clock = clock

    async def of(self, days: int) -> list[DayBehind]:
        """Of the invoices that were due in so many days until today, and are paid.

        Raises RefusedError for days that are too few or too many, StoreOutageError.
        """
        if not LEAST_DAYS <= days <= MOST_DAYS:
            raise RefusedError(f"{days} is not from {LEAST_DAYS} to {MOST_DAYS}", field="days")
        today = self._clock().date()
        books = await self._books.books_due(today - timedelta(days=days), today + timedelta(days=1))
        return day_behind(each.order.case for each in books)
