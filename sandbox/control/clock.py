"""The clock on the wall, which all companies share: what happens at one can be put in order with what others do."""

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """Now."""
    return datetime.now(UTC)  # noqa: TID251 - a company's own books
