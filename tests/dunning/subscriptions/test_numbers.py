from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.subscriptions.numbers import numbers

DAY = date(2026, 3, 7)
PATTERNS = (
    "INV-{year}-{number:05}",
    "{number}",
    "R {year}/{month} #{number}",
    "{year}-{number:03}-{month}",
    "A_{number:09}",
)


@pytest.mark.parametrize(
    ("pattern", "series", "first"),
    [
        ("INV-{year}-{number:05}", "INV-2026-#", "INV-2026-00012"),
        ("{number}", "#", "12"),
        ("R{year}/{month}-{number:03}", "R2026/03-#", "R2026/03-012"),
    ],
)
def test_a_pattern_names_its_series_and_its_numbers(pattern: str, series: str, first: str) -> None:
    made = numbers(pattern)
    assert (made.series(DAY), made.number(DAY, 12)) == (series, first)


@given(st.sampled_from(PATTERNS), st.dates(), st.dates(), st.integers(1, 10**7), st.integers(1, 10**7))
def test_no_two_counts_of_a_pattern_share_a_number(pattern: str, one: date, other: date, a: int, b: int) -> None:
    made = numbers(pattern)
    same = (made.series(one), a) == (made.series(other), b)
    assert (made.number(one, a) == made.number(other, b)) is same


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("INV-{year}", "it does not count"),
        ("{number}-{number}", "it does not count"),
        ("{month}-{number}", "a month without a year"),
        ("{day}-{number}", "it has other brackets"),
        ("{number}}", "it has other brackets"),
        ("{year}{number}", "something has to stand between"),
        ("7{number}", "something has to stand between"),
        ("{number:05}{year}", "something has to stand between"),
        ("INV:{number}", "no colon"),
        ("-{number}", "the first a letter"),
        ("x" * 60 + "-{number}", "1 to 64 letters"),
    ],
)
def test_a_pattern_that_could_go_wrong_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        numbers(pattern)
