"""What people read on a web page: its headings, and all of its text.

A stranger wrote the page, so it is read once, from `<` to `<` and never back: what is not closed hides the rest of it.
Regular expressions, and the `html.parser` of older Pythons, look through the rest again at each `<!--`: the square of
the page's length.
"""

from typing import NamedTuple

_HEADINGS = ("title", "h1", "h2")
_UNSEEN = ("script", "style")
_LONGEST = 8
"""More letters than any of those names has, its slash included."""


class PageWords(NamedTuple):
    """Single spaces between words. A heading that is not closed is none."""

    headings: tuple[str, ...]
    text: str


def page_words(page: str) -> PageWords:
    """The words of a page in small letters; it may be broken, or cut off anywhere."""
    reader, at = _Reader(), 0
    while (opened := page.find("<", at)) >= 0:
        reader.words(page[at:opened])
        at = reader.markup(page, opened)
    reader.words(page[at:])
    return reader.read()


class _Reader:
    def __init__(self) -> None:
        self._text: list[str] = []
        self._headings: list[str] = []
        self._heading: list[str] | None = None

    def words(self, piece: str) -> None:
        self._text.append(piece)
        if self._heading is not None:
            self._heading.append(piece)

    def markup(self, page: str, opened: int) -> int:
        """Where the text goes on after the markup, or the mere character, that begins with this `<`."""
        if page.startswith("<!--", opened):
            return _after("-->", page, opened + 2)
        name = _name(page[opened + 1 : opened + 1 + _LONGEST])
        if not name:
            return opened + 1
        end = _after(">", page, opened)
        if name in _UNSEEN:
            return _after(">", page, _after(f"</{name}", page, end))
        self._tag(name)
        return end

    def _tag(self, name: str) -> None:
        if name in _HEADINGS:
            self._heading = []
        elif self._heading is not None and name.removeprefix("/") in _HEADINGS:
            self._headings.append(_plain(self._heading))
            self._heading = None

    def read(self) -> PageWords:
        return PageWords(tuple(self._headings), _plain(self._text))


def _name(start: str) -> str:
    """A tag's name, as `/h1`, or a lone `!` or `?`; empty where no markup begins."""
    if start[:1] in ("!", "?"):
        return start[:1]
    name = start.removeprefix("/")
    length = next((place for place, letter in enumerate(name) if not letter.isalnum()), len(name))
    return start[: len(start) - len(name) + length] if name[:1].isalpha() else ""


def _after(ending: str, page: str, start: int) -> int:
    """Behind the next such ending; without one, behind the page."""
    found = page.find(ending, start)
    return found + len(ending) if found >= 0 else len(page)


def _plain(pieces: list[str]) -> str:
    return " ".join(" ".join(pieces).replace("&nbsp;", " ").split())
