"""Reports about all accounts, from the store's table of open cases and its closed books."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from dunning.fleet.ageing import AgeingRow, Owed, ageing
from dunning.fleet.recovery import RecoveryRow, StillOpen, recovery
from dunning.ports.accounts import Accounts
from dunning.ports.closed_cases import ClosedBooks
from operations.cases.list_open_cases import CaseNow, ListOpenCases, SortedListing
from operations.errors import RefusedError

_NOT_ASKED_FOR = ("lapsed", "void", "waived", "renewed")
"""States in which nothing is payable: the policy voided it, or people did."""


class ReportRecords(ClosedBooks, Accounts, Protocol):
    """The closed books, and how customers are called."""


class Reports:
    """Reads the store only; as of when each row was written, and overdue as of now in the case's own zone."""

    def __init__(self, cases: ListOpenCases, store: ReportRecords) -> None:
        self._cases = cases
        self._store = store

    async def ageing(self) -> list[AgeingRow]:
        """What is owed on open invoices, by account, currency and days past the due date. Raises StoreOutageError."""
        owed, names = await self._owed(), await self._store.account_names()
        return ageing(
            Owed(each.row.account, names.get(each.row.account) or each.row.customer, each.row.balance, each.overdue)
            for each in owed
        )

    async def recovered(self, first: date, last: date) -> list[RecoveryRow]:
        """What became of the invoices that were due on these days, by month and currency.

        Raises RefusedError for days that are the wrong way round, StoreOutageError.
        """
        if last < first:
            raise RefusedError(f"{last} is before {first}", field="until")
        # First the open ones: a case that ends meanwhile is in both, and would else be in neither.
        owed = await self._owed()
        books = await self._store.books_due(first, last)
        closed = {each.invoice for each in books}
        left = (each for each in owed if each.row.number not in closed and first <= each.row.due <= last)
        return recovery((each.order.case for each in books), _still_open(left))

    async def _owed(self) -> list[CaseNow]:
        found = await self._cases.of(SortedListing())
        return [each for each in found if each.row.balance.minor > 0 and each.row.state not in _NOT_ASKED_FOR]


def _still_open(found: Iterable[CaseNow]) -> Iterator[StillOpen]:
    return (StillOpen(each.row.due, each.row.balance) for each in found)
