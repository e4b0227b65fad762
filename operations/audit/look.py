"""Looking at the audit log: whether it is whole, and what it says."""

from contextlib import aclosing
from typing import NamedTuple

from dunning.audit.entry import BEGINNING, Entry, seal_of
from dunning.audit.verify import GONE, Verified, Verifier
from dunning.audit.wanted import Wanted, is_wanted, words_of
from dunning.audit.words import Words, erased_by
from dunning.ports.audit import AuditEntries
from operations.errors import RefusedError


class Shown(NamedTuple):
    """An entry with what it says. `words` None: they are gone, and `erasure` says by whose entry, if by any."""

    entry: Entry
    words: Words | None
    erasure: Entry | None = None

    @property
    def changed(self) -> bool:
        """Whether these are not the words that were written."""
        return not self.entry.erased and self.entry.seal != seal_of(self.entry.salt, self.entry.words)


class Found(NamedTuple):
    """The newest of those that were wanted, ascending. `more`: there are older ones."""

    shown: tuple[Shown, ...]
    more: bool


class LookAtAudit:
    """Only reads."""

    def __init__(self, store: AuditEntries) -> None:
        self._store = store

    async def verify(self, expect: str = "", since: str = "") -> Verified:
        """Whether the whole chain is as it was written, and has the link `expect`.

        `since`: a link that is known to be good; only what came after it is looked at. Raises RefusedError when no
        entry has that, StoreOutageError.
        """
        after = await self._after(since) if since else (0, BEGINNING)
        verifier = Verifier(after, expect)
        async with aclosing(self._store.entries(after[0])) as entries:
            async for entry in entries:
                verifier.take(entry)
        return verifier.ended()

    async def show(self, wanted: Wanted, most: int) -> Found:
        """The newest `most` entries that are wanted. Raises StoreOutageError."""
        found = list[Entry]()
        async with aclosing(self._store.newest_entries(wanted.first, wanted.end)) as entries:
            async for entry in entries:
                if is_wanted(entry, wanted):
                    found.append(entry)
                if len(found) > most:
                    break
        kept = found[:most][::-1]
        gone = await self._erasures({entry.number for entry in kept if entry.erased})
        shown = tuple(Shown(entry, words_of(entry), gone.get(entry.number)) for entry in kept)
        return Found(shown, len(found) > most)

    async def _after(self, link: str) -> tuple[int, str]:
        entry = await self._store.entry_of(link)
        if entry is None:
            raise RefusedError(f"no entry has the link {link}; {GONE}", field="since")
        return entry.number, entry.link

    async def _erasures(self, numbers: set[int]) -> dict[int, Entry]:
        found = dict[int, Entry]()
        if numbers:
            async with aclosing(self._store.erasures()) as entries:
                async for entry in entries:
                    ranges = erased_by(entry.words)
                    found |= {number: entry for number in numbers if any(number in each for each in ranges)}
        return found
