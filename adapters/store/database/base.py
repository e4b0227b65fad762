"""What every topic of the store needs: read rows, write rows once, write rows again."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Select, Table, Update, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from adapters.store.database.engine import engine_for
from adapters.store.database.group_commit import GroupCommit
from adapters.store.database.outages import outages
from adapters.store.database.patience import again, patient
from adapters.store.database.silence import Silence
from dunning.money import Money
from dunning.ports.outages import PATIENCE

Values = Mapping[str, object]
_T = TypeVar("_T")


class Database:
    """An open database. It never reads the clock: every instant comes with the record.

    `patience`: seconds that a call waits for a database that is away, or that another process locks.
    """

    def __init_subclass__(cls) -> None:
        """Every public method is a transaction, or two, and safe to repeat: so it is done patiently."""
        super().__init_subclass__()
        for name, method in tuple(vars(cls).items()):
            if inspect.iscoroutinefunction(method) and not name.startswith("_") and name != "close":
                setattr(cls, name, patient(method))

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._engine = engine_for(url, patience)
        # All queries of one read see the same state. SQLite does that by itself.
        sqlite = self._engine.dialect.name == "sqlite"
        self.silence = None if sqlite else Silence(self._engine.sync_engine, patience)
        snapshot = {} if sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = self._engine.execution_options(**snapshot)
        self._writer = self._engine.execution_options(writes=True)
        # SQLite has one writer. Who waits for it inside SQLite only looks now and then, and may wait too long.
        self._turn = asyncio.Lock() if sqlite else nullcontext()
        self._groups: list[GroupCommit[Any]] = []

    async def close(self) -> None:
        """Close all connections, once what was given to us is written."""
        for group in self._groups:
            await group.close()
        await self._engine.dispose()

    @asynccontextmanager
    async def _writing(self) -> AsyncGenerator[AsyncConnection]:
        """Open a transaction that may write; it is committed at the end of the block, or undone by an exception.

        Raises StoreOutageError.
        """
        with outages():
            async with self._turn, self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[AsyncConnection]:
        """Open a transaction that only reads. Raises StoreOutageError."""
        with outages():
            async with self._reader.connect() as connection:
                yield connection

    def _group(
        self, write: Callable[[AsyncConnection, Sequence[_T]], Awaitable[None]], linger: float = 0
    ) -> GroupCommit[_T]:
        """Make a group commit of our transactions."""
        group = GroupCommit(self._writing, write, linger)
        self._groups.append(group)
        return group

    async def _rows(self, query: Select[Any], values: Values | None = None) -> Sequence[RowMapping]:
        async with self._reading() as connection:
            return (await connection.execute(query, values)).mappings().all()

    async def _row(self, query: Select[Any], values: Values | None = None) -> RowMapping | None:
        return next(iter(await self._rows(query, values)), None)

    async def _add(self, table: Table, values: Values) -> bool:
        async with self._writing() as connection:
            return await add_row(connection, table, values) or (again() and await _is_there(connection, table, values))

    async def _put(self, table: Table, values: Values) -> None:
        async with self._writing() as connection:
            await put_row(connection, table, values)

    async def _change(self, change: Update) -> int:
        async with self._writing() as connection:
            return (await connection.execute(change)).rowcount


async def add_row(connection: AsyncConnection, table: Table, values: Values) -> bool:
    """Insert a row; False, changing nothing, when there is one of its primary key."""
    return (await connection.execute(_adding(connection.dialect.name, table), dict(values))).first() is not None


async def _is_there(connection: AsyncConnection, table: Table, values: Values) -> bool:
    """Whether the row of that primary key is this one."""
    its = select(table).where(*(column == values[column.name] for column in table.primary_key))
    row = (await connection.execute(its)).mappings().first()
    return row is not None and dict(row) == dict(values)


async def add_rows(connection: AsyncConnection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, as one statement that is run for each; those of a primary key that is there stay as they are."""
    insert = insert_into(connection, table).on_conflict_do_nothing(index_elements=list(table.primary_key))
    if rows:
        await connection.execute(insert, rows)


async def put_row(
    connection: AsyncConnection, table: Table, values: Values, keep: str = "", newest_by: str = ""
) -> bool:
    """Insert a row, or bring the one of its primary key to these values, except for the column `keep`.

    With `newest_by` a row whose column of that name is later stays as it is, and the answer is False.
    """
    putting = _putting(connection.dialect.name, table, frozenset(values) - {keep}, newest_by)
    return (await connection.execute(putting, dict(values))).first() is not None


async def put_rows(connection: AsyncConnection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, or bring those of their primary keys to these values, as one statement that is run for each."""
    insert, key = insert_into(connection, table), list(table.primary_key)
    if rows:
        fresh = {name: insert.excluded[name] for name in rows[0] if table.c[name] not in key}
        await connection.execute(insert.on_conflict_do_update(index_elements=key, set_=fresh), rows)


async def alone(connection: AsyncConnection, lock: bytes) -> None:
    """Let nobody else pass who asks for the same eight bytes, until the transaction ends.

    In SQLite a writing transaction is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(int.from_bytes(lock, "big"))))


def insert_into(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Begin an insert that may say what to do about a row that is there."""
    return _inserting(connection.dialect.name, table)


def _inserting(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache  # to put a statement together takes longer than to run it
def _adding(dialect: str, table: Table) -> ReturningInsert[Any]:
    key = list(table.primary_key)
    return _inserting(dialect, table).on_conflict_do_nothing(index_elements=key).returning(*key)


@cache
def _putting(dialect: str, table: Table, names: frozenset[str], newest_by: str) -> ReturningInsert[Any]:
    insert, key = _inserting(dialect, table), list(table.primary_key)
    fresh = {name: insert.excluded[name] for name in sorted(names) if table.c[name] not in key}
    condition = table.c[newest_by] <= insert.excluded[newest_by] if newest_by else None
    return insert.on_conflict_do_update(index_elements=key, set_=fresh, where=condition).returning(*key)


def money_columns(row: RowMapping, name: str) -> Money:
    """Read the amount of that column, in the row's currency."""
    return Money(minor=row[name], currency=row["currency"])


def columns_of(name: str, amount: Money) -> dict[str, object]:
    """Write an amount to that column and the row's currency."""
    return {name: amount.minor, "currency": amount.currency}
