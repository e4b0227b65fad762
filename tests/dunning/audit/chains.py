"""Chains of entries, as the store makes them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dunning.audit.entry import BEGINNING, Draft, Entry, chained
from dunning.audit.words import Words, written

AT = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)


def draft(number: int, words: Words | None = None) -> Draft:
    said = words or Words(kind="asked", what="approve", by="ann", about=(f"INV-{number}",), reason="agreed")
    return Draft(AT + timedelta(seconds=number), f"{number:064x}", written(said))


def endless() -> Iterator[Entry]:
    link, number = BEGINNING, 0
    while True:
        number += 1
        entry = chained(draft(number), number, link)
        yield entry
        link = entry.link


def chain(*several: Words | None) -> list[Entry]:
    """One entry for each; None is some decision."""
    made = list[Entry]()
    for number, words in enumerate(several, start=1):
        made.append(chained(draft(number, words), number, made[-1].link if made else BEGINNING))
    return made


def without_words(entry: Entry) -> Entry:
    return entry._replace(salt="", words="")


def erasing(numbers: str) -> Words:
    return Words(kind="erased", what="account erase", by="ben", reason="the customer asked for it", numbers=numbers)
