"""The purge of the store: read what may go, then remove it some at a time, if that is still so.

Reading takes no lock that others wait for; each write is as short as its few rows. So the purge may break off anywhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.base import Database, insert_into
from adapters.store.keeping.expired import Expired, expired
from adapters.store.open_cases import alone_with
from adapters.store.tables import (
    charge_attempts,
    closed_ledgers,
    counted,
    ended_links,
    invoices,
    reached,
    renewals,
    taken_back,
)
from dunning.case.ledger import MONEY_IN, is_credit
from dunning.case.orders import CloseOrder
from dunning.keeping.kinds import Kind
from dunning.ports.keeping import Removed
from dunning.records.claims import GIVEN, REFUSED, UNDERWAY

_WITH_BOOKS = (charge_attempts, taken_back, reached, ended_links, renewals)
"""What goes with the books of its invoice."""


class Purging(Database):
    """Count and remove what has been kept long enough."""

    async def count_expired(self, kind: Kind, before: datetime) -> Mapping[str, int]:
        """Count all of a kind that would be removed, with what would go with them."""
        found = Counter[str]()
        async with self._reading() as connection:
            for each in expired(kind, before):
                found[each.table.name] += await _count(connection, each.table, each.before(before))
                its = select(closed_ledgers.c.invoice).where(each.before(before))
                for table in _WITH_BOOKS if each.table is closed_ledgers else ():
                    found[table.name] += await _count(connection, table, table.c.invoice.in_(its))
        return +found

    async def remove_expired(self, kind: Kind, before: datetime, most: int) -> Removed:
        """Remove some of a kind, `most` of each of its tables, with what goes with them."""
        removed, more = Counter[str](), False
        for each in expired(kind, before):
            key = list(each.table.primary_key)
            oldest = select(*key).where(each.before(before)).order_by(each.ended).limit(most)
            keys = await self._rows(oldest)
            async with self._writing() as connection:
                gone = await _remove(connection, each, before, keys) if keys else {}
            removed.update(gone)
            more |= gone.get(each.table.name, 0) == most
        return Removed(+removed, more)


async def _count(connection: AsyncConnection, table: Any, which: Any) -> int:
    return (await connection.execute(select(func.count()).select_from(table).where(which))).scalar_one()


async def _remove(
    connection: AsyncConnection, which: Expired, before: datetime, keys: Sequence[RowMapping]
) -> dict[str, int]:
    """Those of these rows that may still go."""
    table = which.table
    if table is closed_ledgers:
        return await _remove_books(connection, which, before, sorted(row["invoice"] for row in keys))
    key = list(table.primary_key)
    theirs = tuple_(*key).in_([tuple(row.values()) for row in keys])
    return {table.name: (await connection.execute(delete(table).where(theirs, which.before(before)))).rowcount}


async def _remove_books(
    connection: AsyncConnection, which: Expired, before: datetime, numbers: Sequence[str]
) -> dict[str, int]:
    """Books, and what goes with them. That their payments were counted stays known, or they might count again."""
    await alone_with(connection, *numbers)
    theirs = select(invoices.c.number).where(invoices.c.number.in_(numbers)).order_by(invoices.c.number)
    await connection.execute(theirs.with_for_update())
    books = closed_ledgers.c
    its = select(books.invoice, books.order).where(books.invoice.in_(numbers), which.before(before))
    found = {row.invoice: row.order for row in (await connection.execute(its)).all()}
    await _remember_payments(connection, found)
    removed = {
        table.name: (await connection.execute(delete(table).where(table.c.invoice.in_(found)))).rowcount
        for table in (*_WITH_BOOKS, closed_ledgers)
    }
    return {name: rows for name, rows in removed.items() if rows}


async def _remember_payments(connection: AsyncConnection, books: Mapping[str, str]) -> None:
    rows = [
        {"invoice": invoice, "payment": payment, "place": GIVEN, "version": 1}
        for invoice, order in books.items()
        for payment in sorted(_payments(order))
    ]
    insert = insert_into(connection, counted)
    no_credit = counted.c.place.in_([UNDERWAY, REFUSED])
    known = insert.on_conflict_do_update(index_elements=["invoice", "payment"], set_={"place": GIVEN}, where=no_credit)
    if rows:
        await connection.execute(known, rows)


def _payments(order: str) -> set[str]:
    """The ids of the money that these books have."""
    entries = CloseOrder.model_validate_json(order).entries
    return {each.id for each in entries if each.kind in MONEY_IN and not is_credit(each.id)}
