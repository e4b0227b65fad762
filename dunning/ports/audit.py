"""The audit log, as the store keeps it: one chain, whoever writes to it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from dunning.audit.entry import Draft, Entry


class AuditEntries(Protocol):
    """Entries are added, never changed; words alone are taken away, by an entry that says so."""

    async def add_entry(self, draft: Draft) -> Entry:
        """Give it the next number, after the newest entry. The same draft again is the same entry."""
        ...

    async def erase_words(self, numbers: Sequence[int], erasure: Draft) -> Entry | None:
        """Take the words of these entries away and add the entry that names them, both or neither.

        None, changing nothing, when one of them has no words any more: then look again. The same again is the same.
        """
        ...

    def entries(self, after: int = 0) -> AsyncGenerator[Entry]:
        """All entries (after that number), by number, from one look at the table; a few at a time are in memory."""
        ...

    async def some_entries(self, after: int, most: int) -> tuple[Entry, ...]:
        """The next ones above that number, by number, `most` at the most: for who waits while the store is away."""
        ...

    def newest_entries(self, since: str = "", until: str = "") -> AsyncGenerator[Entry]:
        """The same from the end, of those from the instant `since` to before `until`, both as entries have them."""
        ...

    def erasures(self) -> AsyncGenerator[Entry]:
        """Those that may say that words were erased, by number."""
        ...

    async def newest_entry(self) -> Entry | None:
        """The one with the highest number."""
        ...

    async def entry_of(self, link: str) -> Entry | None:
        """The one with that link."""
        ...
