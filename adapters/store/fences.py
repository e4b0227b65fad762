"""Fences: what an order writes is refused, in the same transaction, once a newer one of its case has written."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.accounts import locked_account
from adapters.store.database.base import Database, add_row
from adapters.store.tables import invoices
from dunning.case.fence import Fence
from dunning.ports.fences import MovedError, OvertakenError
from dunning.records.books import KnownInvoice


class Fences(Database):
    """Issue generations, and let the newest order write."""

    async def new_generation(self, number: str) -> int:
        """Issue the generation of a life that begins; each call another one. Raises LookupError: never opened."""
        issued = invoices.c.issued + 1
        change = update(invoices).where(invoices.c.number == number).values(issued=issued).returning(invoices.c.issued)
        async with self._writing() as connection:
            row = (await connection.execute(change)).first()
        if row is None:
            raise unknown_invoice(number)
        return int(row[0])

    @asynccontextmanager
    async def _fenced(
        self, fence: Fence, account: str = "", known: KnownInvoice | None = None, *, lost: bool = False
    ) -> AsyncGenerator[AsyncConnection]:
        """Open a transaction that writes for an order, which is then the newest that was seen.

        `account` is locked, too, where holds are read or written: always before the invoice, so that nobody waits in a
        circle. `known` is noted first, if it is not yet. Raises OvertakenError, with a new generation, MovedError when
        the account was merged, and LookupError when the invoice was never opened; `lost`: not even then, because a
        store that was lost knows no newer order.
        """
        try:
            async with self._writing() as connection:
                if account and await locked_account(connection, account) not in (account, ""):
                    raise MovedError(fence.invoice)
                if known:
                    await add_row(connection, invoices, known.model_dump())
                try:
                    await _admit(connection, fence)
                except LookupError:
                    if not lost:
                        raise
                yield connection
        except _TooOldError:
            raise OvertakenError(fence, await self.new_generation(fence.invoice)) from None


class _TooOldError(Exception):
    """Undoes the transaction."""


async def _admit(connection: AsyncConnection, fence: Fence) -> None:
    row = await locked_invoice(connection, fence.invoice)
    if (fence.generation, fence.number) < (row["generation"], row["order_number"]):
        raise _TooOldError
    seen = {"generation": fence.generation, "order_number": fence.number}
    await connection.execute(update(invoices).where(invoices.c.number == fence.invoice).values(seen))


async def locked_invoice(connection: AsyncConnection, number: str) -> RowMapping:
    """Read an invoice, which nobody else changes until the transaction ends. Raises LookupError: never opened."""
    found = await connection.execute(select(invoices).where(invoices.c.number == number).with_for_update())
    row = found.mappings().first()
    if row is None:
        raise unknown_invoice(number)
    return row


def unknown_invoice(number: str) -> LookupError:
    """Say which is missing and what to do."""
    return LookupError(f"invoice {number!r} is not in the store: open it before anything is written about it")
