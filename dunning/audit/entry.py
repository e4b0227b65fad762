"""One entry of the chain, and how its hashes are made. docs/audit.md says the same for other languages, by an example.

    seal = SHA-256 of: salt, words
    link = SHA-256 of: previous link, number, at, seal

with a line feed between two of them, all in small hexadecimal digits and UTF-8. The words may be erased, with their
salt; seal and link stay.
"""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple

BEGINNING = "0" * 64
"""The link before the first entry."""
SALT = 32
"""Bytes of chance, so that nobody finds erased words again by trying some."""


class Draft(NamedTuple):
    """An entry before it has its place. The salt is drawn by whoever makes it, once: so it is written once."""

    at: datetime
    salt: str
    words: str

    @property
    def seal(self) -> str:
        """The salted digest of its words."""
        return seal_of(self.salt, self.words)


class Entry(NamedTuple):
    """As it is kept: nothing is converted, so that whatever is changed is seen. Erased: salt and words are empty."""

    number: int
    at: str
    seal: str
    link: str
    salt: str
    words: str

    @property
    def erased(self) -> bool:
        """Whether its words are gone."""
        return self.salt == "" and self.words == ""


def instant(at: datetime) -> str:
    """As it is hashed: `2026-11-30T11:00:00.000000Z`, in UTC, of one width, so that it sorts as time does."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def seal_of(salt: str, words: str) -> str:
    """The salted digest of the words."""
    return _digest(salt, words)


def link_of(previous: str, number: int, at: str, seal: str) -> str:
    """The digest that the next entry begins with."""
    return _digest(previous, number, at, seal)


def chained(draft: Draft, number: int, previous: str) -> Entry:
    """The entry at its place, after the one whose link is `previous`."""
    at, seal = instant(draft.at), draft.seal
    return Entry(number, at, seal, link_of(previous, number, at, seal), draft.salt, draft.words)


def _digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "backslashreplace")).hexdigest()
