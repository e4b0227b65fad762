"""SQLite in its thread, asked once for each statement: the way there and back takes longer than most statements do.

Left alone, the driver goes there for the cursor, for BEGIN, for the statement, for its rows, and twice to close a
cursor.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self, TypeVar

import aiosqlite

AT_ONCE = 500
"""Rows that come back with their statement. Those of most statements are fewer; the others are fetched as asked for."""
_BEGIN = "BEGIN"
_T = TypeVar("_T")
Row = tuple[Any, ...]


class SqliteConnection(aiosqlite.Connection):
    """The driver's connection, with our cursors. A plain BEGIN goes with the first statement.

    It would take no lock before that anyway.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, AT_ONCE)
        self._thread.daemon = True  # as SQLAlchemy itself has it
        self._begins = False

    def cursor(self) -> "SqliteCursor":  # type: ignore[override]
        """Make one; SQLite hears of it with its statement."""
        return SqliteCursor(self)

    def begin(self) -> None:
        """Have a transaction that takes no lock begin."""
        self._begins = True

    async def commit(self) -> None:
        """End the transaction, if it began."""
        if not self._called_off():
            await super().commit()

    async def rollback(self) -> None:
        """Undo the transaction, if it began."""
        if not self._called_off():
            await super().rollback()

    def _called_off(self) -> bool:
        begins, self._begins = self._begins, False
        return begins

    async def ask(self, do: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do it in SQLite's thread, in the transaction that was to begin."""
        first = self._called_off()

        def done() -> _T:
            if first:
                self._conn.execute(_BEGIN).close()
            return do(self._conn)

        return await self._execute(done)  # pyright: ignore[reportUnknownMemberType] - the driver leaves it open


class SqliteCursor:
    """What SQLAlchemy needs of a cursor. Its statement comes back with its first rows, mostly with all."""

    description: Any = None
    rowcount = -1
    lastrowid: int | None = None
    arraysize = 1

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self._open: sqlite3.Cursor | None = None
        """While it has more rows than came back."""

    async def __aenter__(self) -> Self:
        """It is ready."""
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Raises sqlite3.Error."""
        if sql == _BEGIN:
            self._connection.begin()
        else:
            await self._connection.ask(lambda there: self._take(there.execute(sql, parameters)))
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """The same for each. Raises sqlite3.Error."""
        await self._connection.ask(lambda there: self._take(there.executemany(sql, parameters)))
        return self

    async def fetchone(self) -> Row | None:
        """The next row."""
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next rows, so many at the most."""
        size = size or self.arraysize
        if len(self._rows) < size and (cursor := self._open):
            self._rows += await self._connection.ask(lambda _: cursor.fetchmany(size))
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchall(self) -> list[Row]:
        """All that are left."""
        rows, self._rows = self._rows, []
        if cursor := self._open:
            rows += await self._connection.ask(lambda _: cursor.fetchall())
        return rows

    async def close(self) -> None:
        """Let go what is left."""
        self._rows = []
        if cursor := self._open:
            self._open = None
            await self._connection.ask(lambda _: cursor.close())

    def _take(self, cursor: sqlite3.Cursor) -> None:
        """In SQLite's thread."""
        rows = cursor.fetchmany(AT_ONCE) if cursor.description else []
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        self._rows, self._open = rows, cursor if len(rows) == AT_ONCE else None


def connection_to(database: str, **options: Any) -> SqliteConnection:
    """As the driver's `connect`, for the `async_creator_fn` of SQLAlchemy's connections."""
    return SqliteConnection(lambda: sqlite3.connect(database, **options))
