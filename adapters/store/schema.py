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
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text

from adapters.store.database.engine import begin_explicitly, connect_within, database
from adapters.store.database.outages import outages
from adapters.store.database.patience import patiently
from adapters.store.database.silence import Silence
from dunning.ports.outages import PATIENCE, StoreOutageError

_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps its context in module globals: two threads of one process would mix theirs."""
_LOCK = 0x7265707269657665  # "reprieve": the key of PostgreSQL's advisory lock


async def migrate(url: str, patience: float = PATIENCE) -> None:
    """Create the tables or bring them up to date, losing nothing; an SQLite file's folder is created too.

    `patience`: seconds to wait for a database that is away, or for another process that writes to an SQLite file.
    Raises ValueError for a URL that is not a store's, StoreOutageError.
    """
    engine = sync_engine(url, patience)
    silence = None if engine.dialect.name == "sqlite" else Silence(engine, patience)
    await patiently(lambda: asyncio.to_thread(_run, engine, _upgrade, patience), patience, silence)


def upgrade(url: str) -> None:
    """Do what `migrate` does, for callers without an event loop."""
    run_alembic(url, _upgrade)


def run_alembic(url: str, action: Callable[[Config], object]) -> None:
    """Run an Alembic command against the database, in one transaction that no other migration can enter.

    Raises ValueError for a URL that is not a store's, StoreOutageError.
    """
    _run(sync_engine(url, PATIENCE), action, PATIENCE)


def _upgrade(config: Config) -> None:
    command.upgrade(config, "head")


def sync_engine(url: str, patience: float) -> Engine:
    """Make an engine without an event loop; each of its connections is closed after use."""
    place = database(url)
    if place.get_backend_name() != "sqlite":
        return create_engine(place, poolclass=NullPool, connect_args=connect_within(patience), hide_parameters=True)
    # psycopg speaks both ways, aiosqlite does not. Foreign keys stay off here: on SQLite a table is changed by dropping
    # it and writing it anew.
    arguments = {"isolation_level": None, "timeout": patience}
    engine = create_engine(
        place.set(drivername="sqlite"), poolclass=NullPool, connect_args=arguments, hide_parameters=True
    )
    begin_explicitly(engine)
    return engine


def _run(engine: Engine, action: Callable[[Config], object], patience: float) -> None:
    with outages():
        if engine.dialect.name == "sqlite":
            _prepare_file(engine.url, patience)
        with _ONE_AT_A_TIME, engine.execution_options(writes=True).begin() as connection:
            if engine.dialect.name != "sqlite":
                connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            action(_config(connection))


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _prepare_file(place: URL, patience: float) -> None:
    path = Path(place.database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)  # SQLite gives the files beside it the same rights
    deadline = time.monotonic() + patience
    with closing(sqlite3.connect(path, timeout=patience)) as connection:
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
