"""What has been kept long enough, for whoever removes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.keeping.kinds import Kind


class Removed(NamedTuple):
    """So many rows of each table. `more`: there is more that could go."""

    rows: Mapping[str, int]
    more: bool


class Expired(Protocol):
    """Rows that ended before an instant, and that nothing needs any more (`dunning.keeping.kinds`)."""

    async def remove_expired(self, kind: Kind, before: datetime, most: int) -> Removed:
        """Remove some of a kind, `most` or so, in transactions of their own, with what goes with them."""
        ...

    async def count_expired(self, kind: Kind, before: datetime) -> Mapping[str, int]:
        """Count all of a kind that would be removed, with what would go with them. Nothing is written."""
        ...
