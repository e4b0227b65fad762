"""Writing to the audit log: what is asked for before it is tried, and what became of it.

    entry = await audit.asked(Words(what="link", by="ann", about=("INV-1",)))
    ...
    await audit.became(entry, "done")

or `write`, for what is over when it is written. Each raises StoreOutageError, having written nothing: so whoever may
not go on without an entry does not go on.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

from dunning.audit import numbers
from dunning.audit.entry import SALT, Draft, Entry
from dunning.audit.wanted import Wanted, is_wanted, words_of
from dunning.audit.words import Words, chosen, read, written
from dunning.ports.audit import AuditEntries
from operations.errors import RefusedError

AT_ONCE = 5000
"""Entries whose words one entry says were erased: its own words must fit."""
_TRIES, _TOGETHER = 5, 500


class AuditLog:
    """One chain for all. `clock` is the wall's; it may go back, the order is by number."""

    def __init__(self, store: AuditEntries, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def write(self, words: Words) -> Entry:
        """Write down what happened, or what was refused. Raises StoreOutageError."""
        return await self._store.add_entry(self._draft(words))

    async def asked(self, words: Words) -> Entry:
        """Write down what is about to be tried. Raises StoreOutageError: then do not try it."""
        return await self.write(words.model_copy(update={"kind": "asked"}))

    async def became(self, asked: Entry, outcome: str) -> Entry:
        """Write down what became of it: `done`, or why not. Raises StoreOutageError."""
        said = read(asked.words)
        return await self.write(
            Words(
                kind="outcome",
                what=said.what,
                by=said.by,
                system_user=said.system_user,
                about=said.about,
                outcome=outcome,
                of=str(asked.number),
            )
        )

    async def erase(
        self, wanted: Wanted, said: Words, names: Callable[[str], bool] = lambda _: False
    ) -> tuple[Entry, ...]:
        """Take away the words of all entries that are wanted, and write down who wanted that (`said`), and when.

        Also of all whose words `names` finds, whatever they are about. What says that words were erased stays, and so
        does what asked for it (its `what` is the same). Returns the entries that say so: none when there was nothing.
        Safe to repeat. Raises StoreOutageError: then a part may be done; RefusedError when others erase the same
        meanwhile.
        """
        done = list[Entry]()
        for _ in range(_TRIES):
            while found := await self._found(wanted, said.what, names):
                words = said.model_copy(update={"kind": "erased", "numbers": numbers.short(found)})
                erased = await self._store.erase_words(found, self._draft(words))
                if erased is None:
                    break
                done.append(erased)
            else:
                return tuple(done)
        raise RefusedError("somebody else erases the same words at this moment; try again")

    async def _found(self, wanted: Wanted, erasing: str, names: Callable[[str], bool]) -> list[int]:
        found, after = list[int](), 0
        while some := await self._store.some_entries(after, _TOGETHER):
            for entry in some:
                words = words_of(entry)
                its = words and words.what != erasing and is_wanted(entry, wanted)
                if words and words.kind != "erased" and (its or names(_told(words))):
                    found.append(entry.number)
            after = some[-1].number
            if len(found) >= AT_ONCE:
                break
        return found[:AT_ONCE]

    def _draft(self, words: Words) -> Draft:
        return Draft(self._clock(), secrets.token_hex(SALT), written(words))


def _told(words: Words) -> str:
    """What somebody told in their own words: a customer who is called `asked` is in no other part of an entry."""
    return "\n".join((*words.about, *chosen(words), words.reason, words.outcome.partition(": ")[2]))
