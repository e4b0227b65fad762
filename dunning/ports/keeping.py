"""What has been kept long enough, for whoever removes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.keeping.kinds import Kind
from dunning.keeping.words import Words
from dunning.records.accounts import Account, AccountChange


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


class Erased(NamedTuple):
    """So many rows of each table were removed or changed; and the keys of other customers' tickets that name it."""

    rows: Mapping[str, int]
    elsewhere: tuple[str, ...]


class Erasing(Protocol):
    """Taking a customer's names, addresses and words away (`dunning.keeping.erasure`)."""

    async def would_erase(self, account: Account) -> Erased:
        """Count what would be removed or changed. Nothing is written."""
        ...

    async def erase_account(self, before: Account, change: AccountChange) -> Erased | None:
        """Do it, and keep who did it and when; all or nothing.

        None, changing nothing, when the account is not as it was `before`, or an invoice of it is open by now.
        """
        ...

    async def unhandled_of(self, account: str) -> tuple[str, ...]:
        """What of it waits to be handled: webhooks, commands and mails, by their ids."""
        ...
