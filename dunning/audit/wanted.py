"""Choosing entries: who, when, about what."""

import re
from datetime import datetime
from typing import NamedTuple

from dunning.audit.entry import Entry, instant
from dunning.audit.words import Words, chosen, read
from dunning.person import person

_TYPED = re.compile(r"[\s='\"]+")


class Wanted(NamedTuple):
    """What is empty chooses all. `who`: a user, or a login at the operating system, as people compare names.

    `about`: ids of invoices, accounts and services, one of which is in the entry, or in what was typed.
    """

    who: str = ""
    about: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def first(self) -> str:
        """The instant from which on, as entries have it."""
        return instant(self.since) if self.since else ""

    @property
    def end(self) -> str:
        """The instant before which, as entries have it."""
        return instant(self.until) if self.until else ""


def is_wanted(entry: Entry, wanted: Wanted) -> bool:
    """Whether the entry is one of those; one whose words are gone is nobody's and about nothing."""
    if entry.at < wanted.first or (wanted.end and entry.at >= wanted.end):
        return False
    if not (wanted.who or wanted.about):
        return True
    words = words_of(entry)
    if words is None:
        return False
    whose = {person(each) for each in (words.by, words.system_user, *words.system_user.split(" as "))}
    if wanted.who and person(wanted.who) not in whose:
        return False
    typed = (part for value in chosen(words) for part in _TYPED.split(value))
    return not wanted.about or not {*wanted.about}.isdisjoint((*words.about, *typed))


def words_of(entry: Entry) -> Words | None:
    """What it says; None when its words were erased, or somebody wrote something else there."""
    try:
        return None if entry.erased else read(entry.words)
    except ValueError:
        return None
