"""Column types that keep on both databases exactly what was put in."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcInstant(TypeDecorator[datetime]):
    """A point in time, kept to the microsecond and read back in UTC. Raises ValueError for a naive datetime.

    SQLite has no such type and SQLAlchemy's own drops the offset there, so an instant is text of a fixed width in UTC:
    it sorts and compares as the instants do.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, `timestamp with time zone` elsewhere."""
        kind: TypeEngine[Any] = String(32) if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """Turn the instant to UTC on its way in."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone: the store keeps only instants that have one")
        instant = value.astimezone(UTC)
        return instant.isoformat(timespec="microseconds") if dialect.name == "sqlite" else instant

    def process_result_value(
        self,
        value: datetime | str | None,
        dialect: Dialect,  # noqa: ARG002 - the base's shape
    ) -> datetime | None:
        """Read it as UTC, whatever zone the session of the database has."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


class StoredText(TypeDecorator[str]):
    """Text of any length, sorted by code point on both databases (PostgreSQL would sort it by its locale).

    PostgreSQL refuses the NUL character and both refuse half a surrogate pair. They are made visible instead: a
    customer's or a processor's odd byte must not keep a ticket from being opened.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Text, with the collation that compares bytes."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base's shape
        """Make visible what a database would refuse."""
        if value is None:
            return None
        return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\N{SYMBOL FOR NULL}")
