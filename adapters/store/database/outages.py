"""What the database fails at, as our own error: whoever uses the store knows nothing of SQLAlchemy."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    TimeoutError,  # noqa: A004
)

from dunning.ports.outages import StoreAwayError, StoreOutageError

_OURS = (DataError, IntegrityError, NotSupportedError)
"""The database is well and refuses what it was given. Trying again helps nobody, so these come as they are."""
_AWAY = ("08", "57P01", "57P02", "57P03", "57P05", "53300", "40P01", "40001")
"""SQLSTATEs: no connection, it was ended, the server starts or stops, it has as many connections as it takes.

And who was undone so that others could go on (a deadlock): the same once more helps."""
_WRONG = ("authentication failed", "does not exist", "pg_hba.conf", "invalid connection option")
"""What a server that refuses a connection for good says of it: PostgreSQL gives no code for that."""


@contextmanager
def outages() -> Generator[None]:
    """Raise StoreOutageError for whatever the database fails at while the block runs; StoreAwayError if it may pass.

    That is wide on purpose: a right that is missing or a table that is not there yet is for the operator to mend, and
    what waits meanwhile must wait, not be given up. The text is the first line of the driver's, without any row.
    """
    try:
        yield
    except _OURS:
        raise
    except (DBAPIError, TimeoutError, OSError, sqlite3.Error) as error:
        kind = StoreAwayError if _is_away(error) else StoreOutageError
        raise kind(f"the store does not work: {_said(error)}") from None


def _is_away(error: Exception) -> bool:
    if not isinstance(error, DBAPIError):
        return isinstance(error, ConnectionError)
    code: str | None = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or code:
        return error.connection_invalidated or str(code).startswith(_AWAY)
    no_connection = isinstance(error, OperationalError | InterfaceError) and not isinstance(error.orig, sqlite3.Error)
    return no_connection and not any(words in str(error.orig) for words in _WRONG)


def _said(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(cause).__name__
