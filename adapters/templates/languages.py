"""The languages that customers are written to: a notice or a page is in one of them, whole, or in English, whole.

The folder itself holds English, and a folder in it each other language. One that lacks a word or a file is used for
nobody: half a sentence in each language helps nobody, and `lacks` says what is missing.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from adapters.templates.locale import folders, locale_of
from dunning.services.hold_reasons import Category, because_of, name

WORDS, PAGES = "words.toml", "pages.toml"
"""The words around notices, and those of the pages."""
_FILES = ("next_step.txt", "restoration.txt", "any_title.txt")
"""What every notice, or a page, takes words from."""
_OPTIONAL = "details"
"""A payment company's reasons: one without words is told in `declined`."""
_REASONS = [each for each in Category if each is not Category.NON_PAYMENT]
_ENGLISH: dict[str, Any] = {
    "because": {each.value: because_of(each) for each in _REASONS},
    "reasons": {each.value: name(each) for each in _REASONS},
    _OPTIONAL: {},
}


class Languages:
    """Reads the files of a folder, each once; an empty language is English."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.words = cache(self._words)
        self.pages = cache(self._pages)
        self.lacks = cache(self._lacks)
        self._begun = cache(self._folders)

    def of(self, locale: str) -> str:
        """The language of that locale that we have whole, best first: `de_AT`, `de`; else English."""
        known = (each for each in folders(str(locale_of(locale))) if self.exists(each) and not self.lacks(each))
        return next(known, "")

    def accepted(self, header: str) -> str:
        """The language that a browser likes best (`Accept-Language`) of those that we have."""
        for asked in _in_order(header):
            if asked.split("-")[0] == "en":
                return ""
            if found := self.of(asked):
                return found
        return ""

    def _words(self, language: str) -> dict[str, Any]:
        return self._read(WORDS, language, _ENGLISH)

    def _pages(self, language: str) -> dict[str, Any]:
        return self._read(PAGES, language, {})

    def exists(self, language: str) -> bool:
        """Whether somebody began it. Browsers name languages, too: what they write is never a path."""
        return language in self._begun()

    def _folders(self) -> frozenset[str]:
        return frozenset(("", *(each.name for each in self._folder.iterdir() if each.is_dir())))

    def _lacks(self, language: str) -> tuple[str, ...]:
        """The files and words that the language has not, each with its file; empty when it has all."""
        ways = folders(language)
        files = [name for name in _FILES if not any((self._folder / way / name).is_file() for way in ways)]
        words = [
            f"{file}: {key}"
            for file, english in ((WORDS, self.words("")), (PAGES, self.pages("")))
            for key in sorted(_keys(english) - _keys(self._read(file, language, {}, english=False)))
        ]
        return (*files, *words)

    def _read(self, name: str, language: str, first: dict[str, Any], *, english: bool = True) -> dict[str, Any]:
        """A file's words: over English those of the language, over those its land's own."""
        words = dict(first)
        for folder in (*([""] if english else []), *reversed(folders(language))):
            file = self._folder / folder / name
            if file.is_file() or (english and not folder):
                theirs = _table(file)
                words.update((key, _with(words.get(key), word)) for key, word in theirs.items())
        return words


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except ValueError as error:
        msg = f"{file} cannot be read: {error}"
        raise ValueError(msg) from None


def _in_order(header: str) -> Iterator[str]:
    """The languages of an `Accept-Language`, most liked first; what is no such header asks for nothing."""
    asked: list[tuple[float, str]] = []
    for each in header.split(",")[:20]:
        language, _, quality = each.strip().partition(";q=")
        try:
            asked.append((-float(quality or 1), language.strip()))
        except ValueError:
            continue
    return (language for liked, language in sorted(asked, key=lambda one: one[0]) if liked < 0 and language)


def _keys(words: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for key, word in words.items():
        if key != _OPTIONAL:
            inner = cast("dict[str, Any]", word) if isinstance(word, dict) else {}
            found |= {f"{key}.{each}" for each in _keys(inner)} if inner else {key}
    return found


def _with(english: Any, theirs: Any) -> Any:
    """A table of theirs stands over the English one, word by word."""
    if isinstance(english, dict) and isinstance(theirs, dict):
        return {**cast("dict[str, Any]", english), **cast("dict[str, Any]", theirs)}
    return theirs
