"""The cases that ended, as their closed books tell people of them: as long as the store is kept."""

from collections.abc import Collection
from datetime import date
from typing import Protocol

from dunning.records.books import ClosedLedger
from dunning.records.open_case import OpenCase


class ClosedCases(Protocol):
    """What `list` shows beside the table of open cases. Who reads it looks; nothing is decided by it."""

    async def closed_cases(self, account: str = "", policy: str = "", outcome: str = "") -> tuple[OpenCase, ...]:
        """Rows like those of the table of open cases, by number; an empty filter means any.

        `state` is how the case ended, `as_of` when its books were closed. One that is open again is none of them.
        """
        ...

    async def closed_cases_of(self, accounts: Collection[str], numbers: Collection[str]) -> tuple[OpenCase, ...]:
        """The same rows: those of these accounts, and those of these numbers."""
        ...


class ClosedBooks(Protocol):
    """The closed books themselves, for reports."""

    async def books_due(self, first: date, last: date) -> tuple[ClosedLedger, ...]:
        """The closed books of invoices that were due on these days, both included. One open again is none of them."""
        ...
