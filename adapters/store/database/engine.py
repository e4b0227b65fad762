"""One engine for both databases, and what SQLite needs to serve several processes at once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
_WRITE = "write sqlite+aiosqlite:///path/to/file.db or postgresql+psycopg://user:password@host/database"


def database(url: str) -> URL:
    """Read a store's URL, with the driver that we use. Raises ValueError for what is not a database we know."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is none; it is not repeated: it may hold a password
        raise ValueError(f"it cannot be read; {_WRITE}") from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None or (parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}):
        raise ValueError(f"{parsed!r} is not a store: {_WRITE}")
    return parsed.set(drivername=driver)


def engine_for(url: str, patience: float) -> AsyncEngine:
    """Make the engine of a running store; no connection is opened yet.

    `patience`: seconds to wait for a connection, or for another process that writes to an SQLite file.
    """
    place = database(url)
    if place.get_backend_name() != "sqlite":
        return create_async_engine(
            place,
            pool_pre_ping=True,  # so a restarted database costs no failed call
            pool_timeout=patience,
            connect_args=connect_within(patience),
            hide_parameters=True,
        )
    engine = create_async_engine(place, connect_args={"isolation_level": None}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepared(patience))
    begin_explicitly(engine.sync_engine)
    return engine


def connect_within(patience: float) -> dict[str, int]:
    """The driver's word for how long PostgreSQL may take to let us in: whole seconds, two at the least."""
    return {"connect_timeout": max(2, round(patience))}


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


def _prepared(patience: float) -> Callable[[Any, object], None]:
    # WAL is a property of the file and set by `migrate`. With it NORMAL keeps the file whole whatever happens, but a
    # power failure may take the last commits with it. A webhook that we answered for is gone then: so FULL.
    pragmas = (f"busy_timeout = {round(patience * 1000)}", "synchronous = FULL", "foreign_keys = ON")

    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return prepare
