"""The stores of these tests are SQLite files with all tables."""

from tests.adapters.conftest import sqlite_template, sqlite_url

__all__ = ["sqlite_template", "sqlite_url"]
