"""A case as a short text: all of it comes back, and what would be too long is left out."""

import pytest
from hypothesis import given

from dunning.case.case import open_case
from dunning.case.snapshot import MOST, packed, unpacked
from tests.dunning.examples import before_issue, opened
from tests.dunning.life import Life
from tests.dunning.lives import LIVES, lives


@LIVES
@given(lives())
def test_all_of_a_case_comes_back(life: Life) -> None:
    for case in (life.case, *(did.before for did in life.did)):
        assert unpacked(packed(case)) == case


def test_a_case_with_thousands_of_payments_has_none() -> None:
    begun = opened("a-small-orange")
    case = open_case(begun, before_issue(begun))
    many = tuple(case.entries[0].model_copy(update={"id": f"pi_{n:032x}"}) for n in range(MOST + 1))
    assert packed(case.model_copy(update={"entries": many})) == ""
    assert 0 < len(packed(case.model_copy(update={"entries": many[:-10]}))) < 20_000


@pytest.mark.parametrize("text", ["", "x", "bm90IHBhY2tlZA==", "{}"])
def test_what_was_never_packed_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        unpacked(text)
