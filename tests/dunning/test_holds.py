"""Holds and levels: the strictest wins, and payment lifts only its own."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.coverage import ALL, NONE
from dunning.holds import OTHER_SOURCES, Hold, Rule, after_payment, touching
from dunning.level import Level, at_panel, strictest
from tests.dunning.life import utc

NOW = utc("2026-12-11 14:00")


SHOP, BLOG = "sandbox:shop:website", "sandbox:blog:website"


def hold(source: str, level: Level = Level.SUSPENDED, service: str = ALL) -> Hold:
    return Hold(account="a", source=source, level=level, since=NOW, service=service)


def level_for(service: str, holds: Iterable[Hold]) -> Level:
    return strictest(each.level for each in touching(service, holds))


def test_levels_stand_in_their_order() -> None:
    assert [level.rank for level in Level] == [0, 1, 2, 3, 4, 5]
    assert strictest([Level.LOCKED, Level.SUSPENDED, Level.WARNED]) is Level.SUSPENDED
    assert strictest([]) is Level.ACTIVE


def test_an_inactive_account_is_suspended_at_the_panel() -> None:
    assert [at_panel(level) for level in Level] == [
        Level.ACTIVE, Level.WARNED, Level.LOCKED, Level.SUSPENDED, Level.SUSPENDED, Level.DELETED,
    ]  # fmt: skip


def test_a_service_runs_at_the_strictest_level_that_a_hold_on_it_or_on_the_account_asks_for() -> None:
    holds = [hold("INV-1", Level.SUSPENDED, SHOP), hold("manual", Level.LOCKED), hold("INV-2", Level.DELETED, NONE)]
    assert level_for(SHOP, holds) is Level.SUSPENDED
    assert level_for(BLOG, holds) is Level.LOCKED
    assert level_for(SHOP, []) is Level.ACTIVE


@pytest.mark.promise(6)
@pytest.mark.req("S2-16", "S2-17")
@given(st.sets(st.sampled_from(["abuse", "dmca", "tos", "manual", "INV-2"])), st.sampled_from(Rule))
def test_payment_lifts_only_its_own_hold(others: set[str], rule: Rule) -> None:
    holds = [hold("INV-1"), *(hold(source) for source in sorted(others))]
    after = after_payment(holds, ["INV-1"], rule, [])
    assert {h.source for h in after} == others


@pytest.mark.promise(6)
@pytest.mark.req("S3-27", "S3-28")
def test_under_all_past_due_the_hold_passes_to_the_invoices_still_past_due() -> None:
    after = after_payment([hold("INV-1", service=SHOP)], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2", "INV-1"])
    assert after == (hold("INV-2", service=SHOP),)
    assert after_payment(after, ["INV-2"], Rule.ALL_PAST_DUE, []) == ()
    assert after_payment([hold("INV-1")], ["INV-1"], Rule.THIS_INVOICE, ["INV-2"]) == ()


def test_an_own_hold_is_tightened_by_what_is_handed_on_and_never_weakened() -> None:
    strict, mild = hold("INV-2", Level.INACTIVE), hold("INV-2", Level.LOCKED)
    assert after_payment([hold("INV-1"), strict], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"]) == (strict,)
    assert after_payment([hold("INV-1"), mild], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"]) == (hold("INV-2"),)


def test_each_service_is_handed_on_by_itself() -> None:
    """INV-2 pays for the blog and locks it; the shop's hold comes to it without making that one stricter."""
    shop, blog = hold("INV-1", Level.SUSPENDED, SHOP), hold("INV-2", Level.LOCKED, BLOG)
    after = after_payment([shop, blog], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"])
    assert after == (blog, hold("INV-2", Level.SUSPENDED, SHOP))
    assert after_payment(after, ["INV-2"], Rule.ALL_PAST_DUE, []) == ()


def test_nothing_is_handed_on_when_the_paid_invoice_held_nothing() -> None:
    assert after_payment([hold("abuse")], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"]) == (hold("abuse"),)


SERVICES = (SHOP, BLOG, "sandbox:wiki:website")
SOURCES = ("INV-1", "INV-2", "INV-3", "abuse", "manual")
HOLDS = st.lists(
    st.builds(hold, st.sampled_from(SOURCES), st.sampled_from(Level), st.sampled_from((ALL, NONE, *SERVICES))),
    max_size=12,
    unique_by=lambda each: (each.source, each.service),
)
NUMBERS = st.lists(st.sampled_from(("INV-1", "INV-2", "INV-3")), unique=True)


@pytest.mark.promise(6)
@pytest.mark.req("S2-16", "S3-27", "S3-28", "S4-10")
@given(HOLDS, NUMBERS, st.sampled_from(Rule), NUMBERS)
def test_paying_for_one_service_never_touches_another_ones_hold(
    before: list[Hold], paid: list[str], rule: Rule, past_due: list[str]
) -> None:
    after = after_payment(before, paid, rule, past_due)
    assert len({(each.source, each.service) for each in after}) == len(after)
    assert not {each.source for each in after} & set(paid)
    paid_for = {each.service for each in before if each.source in paid}
    apart = [each for each in before if each.service not in paid_for]
    assert [each for each in after if each.service not in paid_for] == apart, "what was not paid for stays as it is"
    heirs = [number for number in past_due if number not in paid] if rule is Rule.ALL_PAST_DUE else []
    for service in SERVICES:
        was = level_for(service, before)
        left = [each for each in before if each.source not in paid]
        assert level_for(service, after) is (was if heirs else level_for(service, left))


@given(HOLDS, st.permutations(["INV-1", "INV-2", "INV-3"]))
def test_in_whichever_order_all_is_paid_only_what_no_payment_lifts_is_left(
    before: list[Hold], order: list[str]
) -> None:
    holds, owed = tuple(before), list(order)
    for number in order:
        owed.remove(number)
        holds = after_payment(holds, [number], Rule.ALL_PAST_DUE, owed)
    assert holds == tuple(each for each in before if each.source in OTHER_SOURCES)
