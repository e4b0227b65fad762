"""The store of these tests is both: an SQLite file, and PostgreSQL; see `tests/adapters/conftest.py`."""

from tests.adapters.conftest import (
    postgres,
    postgres_migrated,
    postgres_url,
    sqlite_template,
    sqlite_url,
    store,
    url,
)

__all__ = ["postgres", "postgres_migrated", "postgres_url", "sqlite_template", "sqlite_url", "store", "url"]
