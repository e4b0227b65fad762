"""One engine for both databases, and what SQLite needs to serve several processes at once."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
_WRITE = "write sqlite+aiosqlite:///path/to/file.db or postgresql+psycopg://user:password@host/database"
_PATIENCE = 30_000
"""Milliseconds that an SQLite connection waits for another process to finish writing."""


def database(url: str) -> URL:
    """Read a store's URL, with the driver that we use. Raises ValueError for what is not a database we know."""
    try:
        parsed = make_url(url)
    except ArgumentError:  # it is not repeated: it may hold a password
        raise ValueError(f"it cannot be read; {_WRITE}") from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None or (parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}):
        raise ValueError(f"{parsed!r} is not a store: {_WRITE}")
    return parsed.set(drivername=driver)


def engine_for(url: str) -> AsyncEngine:
    """Make the engine of a running store; no connection is opened yet."""
    place = database(url)
    if place.get_backend_name() != "sqlite":
        return create_async_engine(
            place, pool_pre_ping=True, hide_parameters=True
        )  # so a restarted database costs no failed call
    engine = create_async_engine(place, connect_args={"isolation_level": None}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare)
    begin_explicitly(engine.sync_engine)
    return engine


def begin_explicitly(engine: Engine) -> None:
    """Start SQLite's transactions ourselves; the engine's connections need `isolation_level=None`.

    A transaction with the option `writes` takes the write lock at once. One that reads first and takes it later fails
    when somebody wrote in between, however long it is ready to wait. Left alone, Python's driver begins no transaction
    before a read or a change of tables.
    """
    event.listen(engine, "begin", _begin)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare(connection: Any, _record: object) -> None:
    # WAL is a property of the file and set by `migrate`. With it NORMAL keeps the file whole whatever happens, but a
    # power failure may take the last commits with it. A webhook that we answered for is gone then: so FULL.
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {_PATIENCE}", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
