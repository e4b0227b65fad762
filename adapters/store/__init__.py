"""The store: what outlives an open invoice, in an SQLite file or in PostgreSQL.

`await migrate(url)` brings the tables up to date, `SqlStore(url)` reads and writes them, `await store.close()` ends it.
"""

from adapters.store.schema import migrate
from adapters.store.store import SqlStore

__all__ = ["SqlStore", "migrate"]
