"""One person is one, however a name is typed; what nobody sees is found."""

import sys
import unicodedata

import pytest

from dunning.person import person, unseen

ZERO_WIDTH = "\u200b"


@pytest.mark.parametrize(
    "typed",
    ["Clerk", "clerk ", "  clerk", f"cl{ZERO_WIDTH}erk", "\uff43lerk", "clerk\ufe0f", "cl\u034ferk", "clerk\u3164",
     "cle\U000e0101rk", "clerk\u2800", "\u202eclerk", "clerk\x00", "\u00a0clerk\u2003"],
)  # fmt: skip
def test_one_person_is_one_however_the_name_is_typed(typed: str) -> None:
    assert person(typed) == "clerk"


def test_a_letter_that_only_looks_like_another_is_another_person() -> None:
    assert person("\u0441lerk") != person("clerk")


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u200b\u00ad", "\u3164", "\u2800\ufe0f"])
def test_what_has_nothing_to_see_is_nobody(blank: str) -> None:
    assert person(blank) == ""


def test_the_unseen_of_a_name_is_told_each_once() -> None:
    assert unseen("A\u200bn\x07n\u200b") == "\u200b\x07"
    assert unseen("Ann-Sofie O\u2019Hara 2. 王小明 Ανδρέας") == ""


def test_no_letter_or_number_that_prints_is_taken_for_unseen() -> None:
    hidden = {chr(code) for code in range(sys.maxunicode + 1) if unseen(chr(code))}
    letters = {each for each in hidden if unicodedata.category(each)[0] in "LNPS"}
    assert letters == set("\u115f\u1160\u2800\u3164\uffa0")
