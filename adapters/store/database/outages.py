"""What the database fails at, as our own error: whoever uses the store knows nothing of SQLAlchemy."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, TimeoutError  # noqa: A004

from dunning.ports.outages import StoreOutageError

_OURS = (DataError, IntegrityError, NotSupportedError)
"""The database is well and refuses what it was given. Trying again helps nobody, so these come as they are."""


@contextmanager
def outages() -> Generator[None]:
    """Raise StoreOutageError for whatever the database fails at while the block runs.

    That is wide on purpose: a right that is missing or a table that is not there yet is for the operator to mend, and
    what waits meanwhile must wait, not be given up. The text is the first line of the driver's, without any row.
    """
    try:
        yield
    except _OURS:
        raise
    except (DBAPIError, TimeoutError, OSError, sqlite3.Error) as error:
        raise StoreOutageError(f"the store does not work: {_said(error)}") from None


def _said(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
