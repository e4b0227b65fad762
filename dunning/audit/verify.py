"""Whether a chain is whole: entry by entry, so that a million of them need no more memory than one.

Only the numbers of entries are remembered whose words are gone and whose erasure, a later entry, has not come yet.
"""

from collections.abc import Iterable
from typing import NamedTuple

from dunning.audit import words
from dunning.audit.entry import BEGINNING, Entry, link_of, seal_of

GONE = "the end was cut off, or all of it was written anew"
"""What it means that a link which was noted once is not there."""
LISTED = 100
"""So many mistakes, and erasures, are named; the others are counted."""


class Mistake(NamedTuple):
    """What is wrong, and at which entry."""

    number: int
    why: str


class Erasure(NamedTuple):
    """Words that were taken away by right: the entry that says so, and how many entries it took them from."""

    number: int
    at: str
    by: str
    reason: str
    entries: int


class Verified(NamedTuple):
    """What a chain turned out to be. `number` and `link` are the newest entry's; `wrong` counts the mistakes."""

    entries: int
    number: int
    at: str
    link: str
    erased: int
    erasures: tuple[Erasure, ...]
    wrong: int
    mistakes: tuple[Mistake, ...]


class Verifier:
    """Takes entries by number, ascending.

    `after`: the link and the number of an entry that is known to be good; the next one is the first to come. `expect`:
    a link that was noted once, and has to be there.
    """

    def __init__(self, after: tuple[int, str] = (0, BEGINNING), expect: str = "") -> None:
        self._first = after[0]
        self._number, self._link = after
        self._at = ""
        self._expect = expect
        self._entries = self._erased = self._wrong = 0
        self._unexplained = set[int]()
        self._erasures = list[Erasure]()
        self._mistakes = list[Mistake]()

    def take(self, entry: Entry) -> None:
        """Look at the next entry, and at where it stands."""
        if not isinstance(entry.number, int):  # pyright: ignore[reportUnnecessaryIsInstance] - SQLite keeps anything
            self._mistake(self._number + 1, f"its number is {entry.number!r}")
            entry = entry._replace(number=self._number + 1)
        self._stands(entry)
        self._says(entry)
        self._entries += 1
        self._number, self._at, self._link = entry.number, entry.at, entry.link
        if entry.link == self._expect:
            self._expect = ""

    def ended(self) -> Verified:
        """What it comes to, once all were taken."""
        for number in sorted(self._unexplained):
            self._mistake(number, "its words are gone, and no entry says who erased them")
        self._unexplained.clear()
        if self._expect:
            self._mistake(self._number, f"no entry has the link {self._expect}; {GONE}")
        return Verified(
            self._entries,
            self._number,
            self._at,
            self._link,
            self._erased,
            tuple(self._erasures),
            self._wrong,
            tuple(self._mistakes),
        )

    def _stands(self, entry: Entry) -> None:
        if entry.number != self._number + 1:
            self._mistake(entry.number, f"it comes after entry {self._number}: {_between(self._number, entry.number)}")
        if entry.link != link_of(self._link, entry.number, entry.at, entry.seal):
            self._mistake(entry.number, "its link does not fit: it, or what stood before it, is not what was written")

    def _says(self, entry: Entry) -> None:
        if entry.erased:
            self._erased += 1
            self._unexplained.add(entry.number)
        elif entry.seal != seal_of(entry.salt, entry.words):
            self._mistake(entry.number, "its words, their salt or their digest are not what was written")
        else:
            self._explains(entry)

    def _explains(self, entry: Entry) -> None:
        ranges = words.erased_by(entry.words)
        if not ranges:
            return
        if ranges[-1].stop > entry.number:
            self._mistake(entry.number, "it says that words were erased which were not written yet")
            return
        for number in (each for one in ranges for each in one if each > self._first):
            if number not in self._unexplained:
                self._mistake(entry.number, f"it says that the words of entry {number} were erased, and they are there")
            self._unexplained.discard(number)
        said = words.read(entry.words)
        if len(self._erasures) < LISTED:
            count = sum(map(len, ranges))
            self._erasures.append(Erasure(entry.number, entry.at, said.by, said.reason, count))

    def _mistake(self, number: int, why: str) -> None:
        self._wrong += 1
        if len(self._mistakes) < LISTED:
            self._mistakes.append(Mistake(number, why))


def verified(entries: Iterable[Entry], after: tuple[int, str] = (0, BEGINNING), expect: str = "") -> Verified:
    """What a whole chain, or the part `after` an entry that is known to be good, turns out to be."""
    verifier = Verifier(after, expect)
    for entry in entries:
        verifier.take(entry)
    return verifier.ended()


def _between(last: int, number: int) -> str:
    if number <= last:
        return "it is not the next one"
    missing = number - last - 1
    return f"entry {last + 1} is missing" if missing == 1 else f"entries {last + 1} to {number - 1} are missing"
