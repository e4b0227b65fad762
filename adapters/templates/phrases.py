"""The words around every notice, in each language that has a `words.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, cast

from adapters.templates.locale import folders, locale_of
from dunning.services.hold_reasons import Category, because_of, name

_FILE = "words.toml"
_REASONS = [each for each in Category if each is not Category.NON_PAYMENT]


class Phrases:
    """Reads `<folder>/words.toml` (English) and `<folder>/<language>/words.toml`, each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.of = cache(self._read)

    def nearest(self, locale: str) -> str:
        """The language of that locale that has words of its own; empty is English."""
        known = (each for each in folders(str(locale_of(locale))) if (self._folder / each / _FILE).is_file())
        return next(known, "")

    def _read(self, language: str) -> dict[str, Any]:
        """All words of a language; those that it has not are English."""
        words: dict[str, Any] = {
            "because": {each.value: because_of(each) for each in _REASONS},
            "reasons": {each.value: name(each) for each in _REASONS},
            "details": {},
        }
        for folder in ("", *reversed(folders(language))):
            file = self._folder / folder / _FILE
            if not folder or file.is_file():
                theirs = tomllib.loads(file.read_text("utf-8"))
                words.update((key, _with(words.get(key), word)) for key, word in theirs.items())
        return words


def _with(english: Any, theirs: Any) -> Any:
    """A table of theirs stands over the English one, word by word."""
    if isinstance(english, dict) and isinstance(theirs, dict):
        return {**cast("dict[str, Any]", english), **cast("dict[str, Any]", theirs)}
    return theirs
