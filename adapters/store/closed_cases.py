"""The cases that ended, for people who look: one row each from the closed books."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, or_, select

from adapters.store.customers.owners import of_account, of_any, owner_of
from adapters.store.database.base import Database, money_columns
from adapters.store.invoices import ledger_of
from adapters.store.tables import closed_ledgers, invoices
from dunning.records.books import ClosedLedger
from dunning.records.open_case import OpenCase

_BOOKS = closed_ledgers.c
_SHOWN = [column for column in _BOOKS if column.name != "order"]


class ClosedCases(Database):
    """Read the cases that ended."""

    async def closed_cases(self, account: str = "", policy: str = "", outcome: str = "") -> tuple[OpenCase, ...]:
        """Read them by number; an empty filter means any. One that is open again is none of them."""
        its = _closed()
        its = its.where(of_account(_BOOKS.account, account)) if account else its
        for column, value in ((_BOOKS.policy, policy), (_BOOKS.outcome, outcome)):
            its = its.where(column == value) if value else its
        return tuple(_row(row) for row in await self._rows(its))

    async def closed_cases_of(self, accounts: Collection[str], numbers: Collection[str]) -> tuple[OpenCase, ...]:
        """Read those of these accounts, and those of these numbers, by number."""
        its = _closed().where(or_(of_any(_BOOKS.account, accounts), _BOOKS.invoice.in_(numbers)))
        return tuple(_row(row) for row in await self._rows(its))

    async def books_due(self, first: date, last: date) -> tuple[ClosedLedger, ...]:
        """Read the books of invoices that were due on these days. One that is open again is none of them."""
        its = select(closed_ledgers).join(invoices, invoices.c.number == _BOOKS.invoice)
        its = its.where(invoices.c.status == "closed", _BOOKS.due.between(first, last)).order_by(_BOOKS.invoice)
        return tuple(ledger_of(row) for row in await self._rows(its))


def _closed() -> Select[Any]:
    """Books of an invoice that is open again tell of an earlier end of its case."""
    shown = [column for column in _SHOWN if column.name != "account"]
    now = owner_of(_BOOKS.account).label("account")
    its: Select[Any] = select(*shown, now).join(invoices, invoices.c.number == _BOOKS.invoice)
    return its.where(invoices.c.status == "closed").order_by(_BOOKS.invoice)


def _row(row: RowMapping) -> OpenCase:
    named = {"number": row["invoice"], "state": row["outcome"], "as_of": row["closed_at"], "zone": ""}
    nothing = {"coming": "", "coming_at": None}
    return OpenCase.model_validate({**row, **named, **nothing, "balance": money_columns(row, "balance")})
