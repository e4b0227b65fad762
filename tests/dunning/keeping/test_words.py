"""Words are found whole, in any case, and as JSON writes them; what is too short tells of nobody."""

import json

import pytest

from dunning.keeping.words import Words

WORDS = Words(["Bäckerei Müller", "info@bakery.example", "bakery", "ab", " ", "a.b"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Bäckerei Müller wrote", "erased wrote"),
        ("BÄCKEREI MÜLLER", "erased"),
        (json.dumps("Bäckerei Müller"), '"erased"'),
        ("<info@bakery.example>", "<erased>"),
        ("sandbox:bakery:website", "sandbox:erased:website"),
        ("bakeryshop and mybakery", "bakeryshop and mybakery"),
        ("ab stays, acb too", "ab stays, acb too"),
        ("a.b goes", "erased goes"),
        ("", ""),
    ],
)
def test_the_text_without_them(text: str, left: str) -> None:
    assert WORDS.taken_from(text) == left
    assert WORDS.are_in(text) is (left != text)


def test_the_longest_goes_first_and_lines_are_told_apart() -> None:
    assert WORDS.known[0] == "info@bakery.example"
    assert WORDS.lines_of("one\nof bakery\nthree") == ("of bakery",)


def test_no_words_change_nothing() -> None:
    nothing = Words(["", "ab"])
    assert (bool(nothing), nothing.taken_from("ab"), nothing.are_in("ab")) == (False, "ab", False)
