"""Bringing a store from its SQLite file into PostgreSQL: all of it or nothing, and checked row by row.

Nobody may write to the file meanwhile, or it would be written to the old store and lost. So the file is taken for
ourselves alone, which SQLite refuses as long as any other program has it open, also one that is idle.
"""

import hashlib
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, event, func, insert, select, text
from sqlalchemy.exc import OperationalError

from adapters.store.database.engine import database
from adapters.store.database.outages import outages
from adapters.store.schema import sync_engine, upgrade
from adapters.store.tables import metadata
from dunning.ports.outages import StoreOutageError

_TOGETHER = 500
"""Rows of one statement."""
_SOON = 2.0
"""Seconds that another program has to let go of the file: who is running has it open all the time."""


class CannotCopyError(ValueError):
    """It was not copied, and nothing was written. The text says why, and what to do."""


class Copied(NamedTuple):
    """A table: its rows, and a digest of all that is in them, which the copy has, too."""

    table: str
    rows: int
    digest: str


def copy_store(source: str, target: str, patience: float) -> tuple[Copied, ...]:
    """Copy all tables from an SQLite file to an empty PostgreSQL database, in one transaction there.

    Raises CannotCopyError, ValueError for a URL that is not a store's, and StoreOutageError; then try again.
    """
    path = _file_of(source)
    if database(target).get_backend_name() != "postgresql":
        raise CannotCopyError(
            "a store is copied to PostgreSQL: name it as postgresql+psycopg://user:password@host/name"
        )
    upgrade(source)
    with outages(), _alone_with(source, path) as there:
        upgrade(target)
        with sync_engine(target, patience).begin() as here:
            _check_empty(here)
            return tuple(_copied(table, there, here) for table in metadata.sorted_tables)


def _file_of(source: str) -> Path:
    place = database(source)
    if place.get_backend_name() != "sqlite":
        raise CannotCopyError("only a store in an SQLite file is copied; for PostgreSQL use its own pg_dump")
    path = Path(place.database or "")
    if not path.exists():
        raise CannotCopyError(f"there is no store {path}")
    return path


@contextmanager
def _alone_with(source: str, path: Path) -> Generator[Connection]:
    """A transaction on the file that nobody else has open. Raises CannotCopyError."""
    engine = sync_engine(source, _SOON)
    event.listen(engine, "connect", _take)
    with engine.execution_options(writes=True).connect() as connection:
        try:
            connection.execute(select(func.count()).select_from(metadata.tables["accounts"]))
        except OperationalError as error:
            if not getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise
            raise CannotCopyError(
                f"another program has {path} open, and what it writes meanwhile would be lost: stop worker, portal and "
                f"commands first (`fuser {path}` names them)"
            ) from None
        yield connection


def _take(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")


def _check_empty(here: Connection) -> None:
    """And let nobody else write there until it is done. Raises CannotCopyError."""
    here.execute(text(f"lock table {', '.join(metadata.tables)} in access exclusive mode"))
    full = [name for name, table in metadata.tables.items() if here.execute(select(table).limit(1)).first()]
    if full:
        raise CannotCopyError(
            f"that database is not empty: it has rows in {', '.join(full)}; make a new one (createdb), and name that"
        )


def _copied(table: Table, there: Connection, here: Connection) -> Copied:
    """Copy a table, and read it again. Raises StoreOutageError when the copy is not the same."""
    source = _Digest()
    for rows in _rows(table, there):
        source.add(rows)
        here.execute(insert(table), rows)
    copy = _Digest()
    for rows in _rows(table, here):
        copy.add(rows)
    if (source.rows, source.digest) != (copy.rows, copy.digest):
        raise StoreOutageError(f"the copy of table {table.name} is not the same, so nothing was copied")
    return Copied(table.name, source.rows, source.digest)


def _rows(table: Table, connection: Connection) -> Iterator[list[dict[str, Any]]]:
    found = connection.execute(select(table), execution_options={"yield_per": _TOGETHER})
    for some in found.mappings().partitions(_TOGETHER):
        yield [dict(row) for row in some]


class _Digest:
    """Of rows in any order: the sum of the rows' own digests."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows += len(rows)
        for row in rows:
            written = json.dumps(row, sort_keys=True, default=repr).encode()
            self._sum += int.from_bytes(hashlib.sha256(written).digest())

    @property
    def digest(self) -> str:
        return f"{self._sum % 2**256:064x}"
