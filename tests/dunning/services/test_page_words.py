"""The words of pages, broken ones among them; and hostile pages, at which the reader's work is counted."""

import sys
from types import FrameType
from typing import Any, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.services.page_words import page_words

A_CHARACTER = 40
"""Calls and looked-at characters for each character of a page, at most; `<` again and again needs the most."""
PIECES = (
    "<", ">", "</", "<!", "<?", "<!--", "-->", "--", "<!-->", "<![cdata[", "]]>", "<h1>", "</h1>", "<h1", "<title>",
    "</title>", "<script>", "</script>", "</script", "<style", "<style>", "</style>", "<a b='", '"', "'", "=", "/",
    "&", "&#", "&#9", "&nbsp;", "<a ", "<h1 <h1 ", "account ", "site has been ", " ", "\n", "x", "\x00", "<\u00e9",
)  # fmt: skip


class Page(str):
    """A page that counts how many of its characters are looked at."""

    __slots__ = ("seen",)
    seen: int

    def find(self, sub: str, start: Any = None, end: Any = None, /) -> int:
        found = super().find(sub, start, end)
        self.seen += (found if found >= 0 else len(self)) - (start or 0) + len(sub)
        return found

    def startswith(self, prefix: Any, *places: Any) -> bool:
        self.seen += len(prefix)
        return super().startswith(prefix, *places)

    def __getitem__(self, key: SupportsIndex | slice, /) -> str:
        part = super().__getitem__(key)
        self.seen += len(part)
        return part


def work(text: str) -> int:
    """What reading the text takes: each call, and each character that is looked at."""
    page, calls = Page(text), 0
    page.seen = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        del frame, argument
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        page_words(page)
    finally:
        sys.setprofile(None)
    return calls + page.seen


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 400)), max_size=4), st.sampled_from(PIECES))
def test_the_work_for_a_hostile_page_grows_as_the_page_does(parts: list[tuple[str, int]], last: str) -> None:
    page = "".join(piece * times for piece, times in parts) + last
    assert work(page) <= A_CHARACTER * (len(page) + 10)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("before", ["", "<h1>", "<title>", "<script>", "<!--", "<a b='", "<h1"])
def test_a_page_of_one_piece_is_read_once(before: str, piece: str) -> None:
    page = before + piece * (4_096 // len(piece))
    assert work(page) <= A_CHARACTER * len(page)


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_a_page_of_anything_is_read_and_no_text_is_longer_than_the_page(page: str) -> None:
    words = page_words(page)
    assert len(words.text) + len("".join(words.headings)) <= 2 * len(page)
    assert words.text == " ".join(words.text.split())


@pytest.mark.parametrize(
    ("page", "headings", "text"),
    [
        ("", (), ""),
        ("plain words", (), "plain words"),
        ("<title>one</title><h1 class=x>two <b>three</b></h1>four", ("one", "two three"), "one two three four"),
        ("<h1>a<!-- <h1>hidden</h1> --> b</h1 >", ("a b",), "a b"),
        ("<h1>not closed", (), "not closed"),
        ("<h3>a</h3><h11>b</h11><titles>c</titles>", (), "a b c"),
        ("a<script src='x'>if (1 < 2) {}</script>b<style>c</style>d", (), "a b d"),
        ("a<!-- never closed <h1>b</h1>", (), "a"),
        ("a<script>b", (), "a"),
        ("a<b never closed", (), "a"),
        ("a<!-->b<!--->c", (), "a b c"),
        ("1 < 2 and 3<4", (), "1 2 and 3 4"),
        ("<!doctype html><?xml?>a&nbsp;b", (), "a b"),
        ("<", (), ""),
        ("a</", (), "a /"),
    ],
)
def test_the_words_of_a_page(page: str, headings: tuple[str, ...], text: str) -> None:
    assert page_words(page) == (headings, text)


def test_what_is_counted_would_show_a_reader_that_goes_back() -> None:
    """The check of the check: a search from each `<` to the end is the square of the length."""
    page = Page("<!--" * 1000)
    page.seen = 0
    for at in range(0, len(page), 4):
        page.find("-->", at)
    assert page.seen > A_CHARACTER * len(page)
