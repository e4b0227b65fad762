"""Strangers' words steer no terminal, no log, no spreadsheet and no Markdown."""

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dunning.visible import in_a_line, in_json, in_markdown, in_spreadsheet, visible

CLEARS = "\x1b[2J\x1b]0;owned\x07"
JOINERS = "\u200c\u200d"
TEXTS = st.text() | st.text("\x1b\x9b\u202e\u2066\u200b\u2028\x00\r\n\t=+-@_*[]()<>!`~:/.wW&#|\\ab\ud800\U000e0041")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Überweisung für 東京 🍞 \u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", None),
        ("two\nlines\tand a tab", None),
        ("from\r\na mail", "from\na mail"),
        (CLEARS, r"\x1b[2J\x1b]0;owned\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("cod.\u202eexe", r"cod.\u202eexe"),
        ("cl\u200berk", r"cl\u200berk"),
        ("a\rb\u2028c", r"a\rb\u2028c"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_steers_is_written_out_and_all_languages_stay(text: str, read: str | None) -> None:
    assert visible(text) == (text if read is None else read)


@given(TEXTS)
def test_nothing_that_is_printed_controls_or_formats(text: str) -> None:
    kinds = {unicodedata.category(each) for each in visible(text) if each not in "\n\t" + JOINERS}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(each) for each in visible(text)} & {"RLO", "LRO", "RLI", "LRI", "FSI", "RLE"}
    assert len(in_a_line(text).splitlines()) <= 1
    visible(text).encode()


@given(st.recursive(TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)))
def test_json_means_the_same(value: object) -> None:
    document = in_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(document) == value
    assert visible(document) == document


@given(TEXTS)
def test_markdown_shows_just_these_characters(text: str) -> None:
    line = f"x{in_markdown(text)}x"
    (paragraph,) = (each for each in MarkdownIt("commonmark").enable("strikethrough").parse(line) if each.children)
    assert {each.type for each in paragraph.children or ()} == {"text"}
    assert paragraph.children
    assert "".join(each.content for each in paragraph.children) == f"x{in_a_line(text)}x"


@pytest.mark.parametrize("address", ["https://evil.example/", "www.evil.example", "WWW.evil.example", "a@evil.example"])
def test_no_address_becomes_a_link_by_itself(address: str) -> None:
    """GitHub's Markdown links them without brackets, where they stand whole."""
    assert address not in in_markdown(f"see {address} now")


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert in_spreadsheet(cell).startswith("'")


@pytest.mark.parametrize("cell", ["", "-19.99", "+5", "-5,00", "Bakery", "2026-12-01", "a=b"])
def test_numbers_and_words_stay_as_they_are(cell: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([in_spreadsheet(cell), ""])
    assert next(csv.reader([out.getvalue()])) == [cell, ""]
