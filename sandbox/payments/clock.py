"""What time it is at the company. A case of a test may live months ahead of the real clock, and says so."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

AT = "at"
"""The metadata key under which a caller on virtual time says when it is. Real Stripe gives it no meaning."""


def real_now() -> int:
    """Seconds since 1970."""
    return int(time.time())  # noqa: TID251 - the company's clock is a real one


def moment(*instants: datetime | int | None, metadata: Mapping[str, str] | None = None) -> int:
    """Now, or the latest of these instants when they lie ahead. Metadata that is no instant is ignored."""
    known = [instant for instant in (*instants, _told(metadata or {})) if instant is not None]
    return max([real_now(), *(_seconds(instant) for instant in known)])


def as_datetime(seconds: int) -> datetime:
    """As the books have it."""
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(instant: datetime | int) -> int:
    return instant if isinstance(instant, int) else int(instant.timestamp())


def _told(metadata: Mapping[str, str]) -> datetime | None:
    try:
        told = datetime.fromisoformat(metadata.get(AT, ""))
    except ValueError:
        return None
    return told if told.tzinfo else None
