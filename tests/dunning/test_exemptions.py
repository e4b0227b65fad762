"""Exemptions as properties: nobody is restricted while one lasts, and what it moved is announced before it comes."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.case.announced import Announced
from dunning.case.case import Case, Opened, open_case
from dunning.case.facts import Exemption
from dunning.case.results import Delivered, NotOurs
from dunning.policy.plan import EXEMPTED
from dunning.rules.exemptions import exempted
from tests.dunning.life import Did, Life
from tests.dunning.lives import LIVES, lives
from tests.dunning.strategies import openings


@LIVES
@given(lives())
def test_nobody_is_restricted_while_an_exemption_lasts(life: Life) -> None:
    for did in life.of(*EXEMPTED):
        until = did.before.exempt_until
        assert until is None or did.decided >= until, did


@pytest.mark.promise(3)
@LIVES
@given(lives())
def test_no_consequence_comes_before_the_day_that_the_newest_notice_named(life: Life) -> None:
    for did in life.consequences():
        said = _said(life, did)
        assert not said or did.decided >= said[-1].at, (did, said)


@pytest.mark.promise(3)
@LIVES
@given(lives())
def test_what_was_restricted_had_been_announced_for_a_day_on_which_nobody_was_exempt(life: Life) -> None:
    for did in life.of(*EXEMPTED):
        if did not in life.consequences() or isinstance(did.result, NotOurs) or _is_chargeback(did):
            continue
        assert any(not _was_exempt(did.before, each.at) for each in _said(life, did)), (did, _said(life, did))


def _said(life: Life, did: Did) -> list[Announced]:
    """What the notices that arrived before it had said of it, the newest last."""
    assert did.step is not None
    earlier = [each for each in life.did if each.known <= did.decided and isinstance(each.result, Delivered)]
    texts = [each.result.announced for each in earlier if isinstance(each.result, Delivered)]
    return [said for text in texts if text and (said := text.of(did.step.name))]


def _was_exempt(case: Case, at: datetime) -> bool:
    ends = [*(each.at for each in case.exemptions[1:]), datetime.max.replace(tzinfo=at.tzinfo)]
    return any(each.at <= at < min(each.until, end) for each, end in zip(case.exemptions, ends, strict=False))


def _is_chargeback(did: Did) -> bool:
    return did.step is not None and did.step.name.startswith("chargeback:")


words = st.lists(
    st.builds(
        Exemption,
        until=st.none() | st.dates(date(2027, 1, 1), date(2030, 1, 1)),
        number=st.integers(1, 5),
        by=st.just("ana"),
        reason=st.just("a partner"),
    ),
    max_size=5,
    unique_by=lambda each: each.number,
)


@LIVES
@given(openings(), words, st.data())
def test_the_order_in_which_a_case_hears_of_exemptions_does_not_matter(
    opened: tuple[Opened, datetime], told: list[Exemption], data: st.DataObject
) -> None:
    case, start = opened
    one, other = open_case(case, start), open_case(case, start)
    for fact in told:
        one = exempted(one, fact, start)
    for fact in data.draw(st.permutations(told)):
        other = exempted(other, fact, start)
    assert one.exempt_until == other.exempt_until
