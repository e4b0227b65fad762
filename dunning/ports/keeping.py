"""What has been kept long enough, for whoever removes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.keeping.kinds import Kind
from dunning.keeping.words import Words


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


class KeptOf(Protocol):
    """All that is kept of one account."""

    async def ids_of(self, account: str) -> tuple[str, ...]:
        """Its own id, and those of accounts that were merged into it."""
        ...

    async def words_of(self, account: str) -> Words:
        """What it is known by, and was."""
        ...

    async def kept_of(self, account: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """Its rows, by table, as they are at one moment, in values that JSON has. No row of anybody else's."""
        ...

    async def nobodys_tickets(self) -> Sequence[Mapping[str, str]]:
        """The tickets that are about many accounts, or about nobody's money: `key`, `at`, `subject`, `body`."""
        ...
