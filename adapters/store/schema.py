"""Bring a database's tables up to date. Any number of processes may do so at once: one works, the others wait.

No alembic.ini: everything is configured here, and nothing touches the logging of the program that calls. After a change
of `tables.py` a developer writes the next revision with `python -m adapters.store.revise "why"`.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, NullPool, create_engine, text

from adapters.store.database.engine import begin_explicitly, database
from adapters.store.database.outages import outages
from dunning.ports.outages import StoreOutageError

_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps its context in module globals: two threads of one process would mix theirs."""
_LOCK = 0x7265707269657665  # "reprieve": the key of PostgreSQL's advisory lock
_PATIENCE = 30.0
"""Seconds to wait for another process that is migrating the same SQLite file."""


async def migrate(url: str) -> None:
    """Create the tables or bring them up to date, losing nothing; an SQLite file's folder is created too.

    Raises ValueError for a URL that is not a store's, StoreOutageError.
    """
    await asyncio.to_thread(upgrade, url)


def upgrade(url: str) -> None:
    """Do what `migrate` does, for callers without an event loop."""
    run_alembic(url, lambda config: command.upgrade(config, "head"))


def run_alembic(url: str, action: Callable[[Config], object]) -> None:
    """Run an Alembic command against the database, in one transaction that no other migration can enter.

    Raises ValueError for a URL that is not a store's, StoreOutageError.
    """
    place = database(url)
    with outages():
        _run(place, action)


def _run(place: URL, action: Callable[[Config], object]) -> None:
    sqlite = place.get_backend_name() == "sqlite"
    if sqlite:
        _prepare_file(place)
        place = place.set(drivername="sqlite")  # psycopg speaks both ways, aiosqlite does not
    arguments = {"isolation_level": None, "timeout": _PATIENCE} if sqlite else {}
    # Foreign keys stay off here: on SQLite a table is changed by dropping it and writing it anew.
    engine = create_engine(place, poolclass=NullPool, connect_args=arguments).execution_options(writes=True)
    if sqlite:
        begin_explicitly(engine)
    with _ONE_AT_A_TIME, engine.begin() as connection:
        if not sqlite:
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        action(_config(connection))


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _prepare_file(place: URL) -> None:
    path = Path(place.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _PATIENCE
    with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection:
        while not _use_wal(connection):
            if time.monotonic() > deadline:
                who = f"see who has it open (fuser {path})"
                raise StoreOutageError(f"the store does not work: {path} stays locked by another process; {who}")
            time.sleep(0.02)


def _use_wal(connection: sqlite3.Connection) -> bool:
    # While another process is writing, the change to WAL does not wait, whatever the timeout: it fails at once.
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            return False
        raise
    return True
