"""The table of open cases. Whoever reads it looks; nothing is decided by it, so a write that fails is only logged."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import structlog
from sqlalchemy import BigInteger, Boolean, Select, and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.owners import of_account, of_any
from adapters.store.database.base import Database, columns_of
from adapters.store.database.patience import patiently
from adapters.store.tables import closed_ledgers, invoices, open_cases
from dunning.ports.open_cases import Other
from dunning.ports.outages import PATIENCE
from dunning.records.open_case import OpenCase

log = structlog.stdlib.get_logger("reprieve.store")
_SHOWN = [column for column in open_cases.c if column.name != "snapshot"]
_SORTED_BY: Mapping[str, Any] = {column.name: column for column in _SHOWN}
LINGER = 0.25
"""Seconds that a row waits for others: nothing is decided by it, and one transaction is for many."""
COLUMNS = tuple(_SORTED_BY)
"""What the table can be sorted by."""


class OpenCases(Database):
    """Note, read and forget open cases."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        super().__init__(url, patience)
        self._noted = self._group(_write_newer, LINGER)
        self._noting: set[asyncio.Task[None]] = set()

    def note(self, row: OpenCase, other: Other | None = None) -> None:
        """Write the row soon, with others; not over one of the same or a higher revision, nor over closed books.

        When there is such a row, what `other` makes of it is written.
        """
        task = asyncio.get_running_loop().create_task(self._note(row, other))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def close(self) -> None:
        """Close all connections, once what was noted is written."""
        self._noted.hurry()
        await asyncio.gather(*self._noting)
        await super().close()

    async def put_open(self, rows: Sequence[tuple[OpenCase, int]]) -> None:
        """Write rows that were asked of the cases themselves, each with the revision of the row that was found wrong.

        That one is replaced, and any of no higher revision.
        """
        async with self._writing() as connection:
            for row, wrong in sorted(rows, key=lambda each: each[0].number):
                await alone_with(connection, row.number)
                await _write(connection, row, same=True, wrong=wrong)

    async def open_cases(
        self, now: datetime, *, account: str = "", policy: str = "", sort: str = "number", descending: bool = False
    ) -> tuple[OpenCase, ...]:
        """Read the rows, sorted by that column, then by number; an empty filter means any.

        With a snapshot come only those whose next step's time has come by `now`. Raises ValueError for a column that
        there is not.
        """
        column = _SORTED_BY.get(sort)
        if column is None:
            raise ValueError(f"there is no column {sort!r}; there are: {', '.join(COLUMNS)}")
        wanted = _shown(now).order_by(column.desc() if descending else column.asc(), open_cases.c.number)
        wanted = wanted.where(of_account(open_cases.c.account, account)) if account else wanted
        wanted = wanted.where(open_cases.c.policy == policy) if policy else wanted
        names = [*COLUMNS, "snapshot"]
        async with self._reading() as connection:
            found = (await connection.execute(wanted)).all()
        return tuple(_row(dict(zip(names, each, strict=True))) for each in found)

    async def open_snapshots(self, until: datetime, *, account: str = "", policy: str = "") -> tuple[OpenCase, ...]:
        """Read the rows by number; an empty filter means any.

        With a snapshot come those of which something comes by `until`, or nobody knows when.
        """
        wanted = _shown(until, timeless=True).order_by(open_cases.c.number)
        wanted = wanted.where(of_account(open_cases.c.account, account)) if account else wanted
        wanted = wanted.where(open_cases.c.policy == policy) if policy else wanted
        return tuple(_row(dict(row)) for row in await self._rows(wanted))

    async def open_cases_of(
        self, now: datetime, accounts: Collection[str], numbers: Collection[str]
    ) -> tuple[OpenCase, ...]:
        """Read the rows of these accounts, and of these numbers, by number; snapshots as in `open_cases`."""
        its = _shown(now).where(or_(of_any(open_cases.c.account, accounts), open_cases.c.number.in_(numbers)))
        return tuple(_row(dict(row)) for row in await self._rows(its.order_by(open_cases.c.number)))

    async def open_case(self, number: str) -> OpenCase | None:
        """Read one row with its snapshot."""
        row = await self._row(select(open_cases).where(open_cases.c.number == number))
        return None if row is None else _row(dict(row))

    async def note_deaths(self, died: Sequence[tuple[OpenCase, str]]) -> None:
        """Write into these rows how the server ended their cases before their time; what was written since stays."""
        async with self._writing() as connection:
            for row, how in sorted(died, key=lambda each: each[0].number):
                same = (open_cases.c.number == row.number, open_cases.c.revision == row.revision)
                await connection.execute(update(open_cases).where(*same).values(died=how))

    async def forget_open(self, rows: Sequence[OpenCase]) -> None:
        """Take out rows of cases that do not run, where their books are closed; what was written since stays."""
        closed = select(invoices.c.number).where(
            invoices.c.number == open_cases.c.number, invoices.c.status == "closed"
        )
        its = delete(open_cases).where(closed.exists())
        async with self._writing() as connection:
            for row in sorted(rows, key=lambda each: each.number):
                same = (open_cases.c.number == row.number, open_cases.c.revision == row.revision)
                await connection.execute(its.where(*same))

    async def _note(self, row: OpenCase, other: Other | None) -> None:
        try:
            await patiently(lambda: self._noted.add(((row, other),)), self.patience, self.silence)
        except Exception as error:  # noqa: BLE001 - whatever it is: the hourly check writes the row
            log.info("a row of the table of open cases could not be written", error=type(error).__name__)


def _shown(now: datetime, *, timeless: bool = False) -> Select[Any]:
    """The rows, with the snapshots of those whose next step's time has come; `timeless`: or who wait for no time."""
    wanted = open_cases.c.coming_at <= now
    its = or_(wanted, open_cases.c.coming_at.is_(None)) if timeless else wanted
    snapshot = case((its, open_cases.c.snapshot), else_="").label("snapshot")
    return select(*_SHOWN, snapshot)


async def alone_with(connection: AsyncConnection, *numbers: str) -> None:
    """Let nobody else write or close these cases until the transaction ends: who waited sees what the other did.

    Who takes several goes by their numbers. In SQLite a writing transaction is alone anyway.
    """
    if connection.dialect.name == "postgresql" and numbers:
        number = func.unnest(array(sorted(numbers))).column_valued("number")
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(number, _SEED))))


_SEED = 0x6F70656E  # "open": no other lock of ours has these keys


async def _write_newer(connection: AsyncConnection, noted: Sequence[tuple[OpenCase, Other | None]]) -> None:
    await alone_with(connection, *{row.number for row, _ in noted})
    plain = [_values(row) for row, other in noted if other is None]
    if plain:
        await connection.execute(_upsert(connection.dialect.name), plain)
    for row, other in sorted(noted, key=lambda each: (each[0].number, each[0].revision)):
        if other is None or await _write(connection, row):
            continue
        found = await connection.execute(select(open_cases).where(open_cases.c.number == row.number))
        there = found.mappings().first()
        both = other(_row(dict(there))) if there else None
        if both:
            await _write(connection, both, same=True)


async def _write(connection: AsyncConnection, row: OpenCase, *, same: bool = False, wrong: int | None = None) -> bool:
    """Whether it was written. A row that is newer stays, and closed books that know as much as this row say no.

    `same`: one of the same revision is replaced, too; `wrong`: one of that revision in any case. Books that were opened
    again say nothing: the case may go on from older ones, and be of a lower revision.
    """
    upsert = _upsert(connection.dialect.name).returning(open_cases.c.number)
    return (await connection.execute(upsert, _values(row, same=same, wrong=wrong))).first() is not None


def _values(row: OpenCase, *, same: bool = False, wrong: int | None = None) -> dict[str, object]:
    its = row.model_dump(exclude={"balance"}) | columns_of("balance", row.balance)
    return {f"its_{name}": value for name, value in its.items()} | {"same": same, "wrong": wrong}


@cache
def _upsert(dialect: str) -> postgresql.Insert | sqlite.Insert:
    """The statement that writes a row; made once, because that takes longer than to run it."""
    its = {column.name: bindparam(f"its_{column.name}", type_=column.type) for column in open_cases.c}
    closed = select(closed_ledgers.c.invoice).where(
        closed_ledgers.c.invoice == its["number"],
        closed_ledgers.c.revision >= its["revision"],
        invoices.c.number == closed_ledgers.c.invoice,
        invoices.c.status == "closed",
    )
    table = postgresql.insert(open_cases) if dialect == "postgresql" else sqlite.insert(open_cases)
    given: Select[Any] = select(*its.values()).where(~closed.exists())
    insert = table.from_select(list(its), given)
    fresh = {name: insert.excluded[name] for name in its if name != "number"}
    there, new = open_cases.c.revision, insert.excluded.revision
    same, wrong = bindparam("same", type_=Boolean), bindparam("wrong", type_=BigInteger)
    may_replace = or_(there < new, and_(same, there == new), there == wrong)
    return insert.on_conflict_do_update(index_elements=["number"], set_=fresh, where=may_replace)


def _row(row: dict[str, Any]) -> OpenCase:
    return OpenCase.model_validate(row | {"balance": {"minor": row["balance"], "currency": row["currency"]}})
