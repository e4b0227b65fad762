"""The table of open cases. Whoever reads it looks; nothing is decided by it, so a write that fails is only logged."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Select, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.base import Database, columns_of
from adapters.store.tables import closed_ledgers, invoices, open_cases
from dunning.ports.open_cases import Other
from dunning.records.open_case import OpenCase

log = structlog.stdlib.get_logger("reprieve.store")
_SHOWN = [column for column in open_cases.c if column.name != "snapshot"]
_SORTED_BY: Mapping[str, Any] = {column.name: column for column in _SHOWN}
COLUMNS = tuple(_SORTED_BY)
"""What the table can be sorted by."""


class OpenCases(Database):
    """Note, read and forget open cases."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._noted = self._group(_write_newer)
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
        await asyncio.gather(*self._noting)
        await super().close()

    async def put_open(self, rows: Sequence[tuple[OpenCase, int]]) -> None:
        """Write rows that were asked of the cases themselves, each with the revision of the row that was found wrong.

        That one is replaced, and any of no higher revision.
        """
        async with self._writing() as connection:
            for row, wrong in sorted(rows, key=lambda each: each[0].number):
                await alone_with(connection, row.number)
                revision = open_cases.c.revision
                await _write(connection, row, or_(revision <= row.revision, revision == wrong))

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
        wanted = wanted.where(open_cases.c.account == account) if account else wanted
        wanted = wanted.where(open_cases.c.policy == policy) if policy else wanted
        names = [*COLUMNS, "snapshot"]
        async with self._reading() as connection:
            found = (await connection.execute(wanted)).all()
        return tuple(_row(dict(zip(names, each, strict=True))) for each in found)

    async def open_cases_of(
        self, now: datetime, accounts: Collection[str], numbers: Collection[str]
    ) -> tuple[OpenCase, ...]:
        """Read the rows of these accounts, and of these numbers, by number; snapshots as in `open_cases`."""
        its = _shown(now).where(or_(open_cases.c.account.in_(accounts), open_cases.c.number.in_(numbers)))
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
            await self._noted.add(((row, other),))
        except Exception as error:  # noqa: BLE001 - whatever it is: the hourly check writes the row
            log.warning("a row of the table of open cases could not be written", error=type(error).__name__)


def _shown(now: datetime) -> Select[Any]:
    snapshot = case((open_cases.c.coming_at <= now, open_cases.c.snapshot), else_="").label("snapshot")
    return select(*_SHOWN, snapshot)


async def alone_with(connection: AsyncConnection, number: str) -> None:
    """Let nobody else write or close that case until the transaction ends: who waited sees what the other did.

    Who takes several goes by their numbers. In SQLite a writing transaction is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(number, _SEED))))


_SEED = 0x6F70656E  # "open": no other lock of ours has these keys


async def _write_newer(connection: AsyncConnection, noted: Sequence[tuple[OpenCase, Other | None]]) -> None:
    for row, other in sorted(noted, key=lambda each: (each[0].number, each[0].revision)):
        await alone_with(connection, row.number)
        if await _write(connection, row, open_cases.c.revision < row.revision) or other is None:
            continue
        found = await connection.execute(select(open_cases).where(open_cases.c.number == row.number))
        there = found.mappings().first()
        both = other(_row(dict(there))) if there else None
        if both:
            await _write(connection, both, open_cases.c.revision <= both.revision)


async def _write(connection: AsyncConnection, row: OpenCase, may_replace: ColumnElement[bool]) -> bool:
    """Whether it was written. A row that is newer stays, and closed books that know as much as this row say no.

    Books that were opened again say nothing: the case may go on from older ones, and be of a lower revision.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = row.model_dump(exclude={"balance"}) | columns_of("balance", row.balance)
    closed = select(closed_ledgers.c.invoice).where(
        closed_ledgers.c.invoice == row.number,
        closed_ledgers.c.revision >= row.revision,
        invoices.c.number == closed_ledgers.c.invoice,
        invoices.c.status == "closed",
    )
    given: Select[Any] = select(*(literal(values[name], column.type) for name, column in open_cases.c.items()))
    insert = dialect.insert(open_cases).from_select(list(open_cases.c.keys()), given.where(~closed.exists()))
    fresh = {column.name: insert.excluded[column.name] for column in open_cases.c if column.name != "number"}
    upsert = insert.on_conflict_do_update(index_elements=["number"], set_=fresh, where=may_replace)
    return (await connection.execute(upsert.returning(open_cases.c.number))).first() is not None


def _row(row: dict[str, Any]) -> OpenCase:
    return OpenCase.model_validate(row | {"balance": {"minor": row["balance"], "currency": row["currency"]}})
