"""The portal's clock: it stamps what arrives and says what comes next."""

from datetime import UTC, datetime


def now() -> datetime:
    """The clock on the wall, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where the portal reads the clock
