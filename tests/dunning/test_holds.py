"""Holds and levels: the strictest wins, and payment lifts only its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.holds import Hold, Rule, after_payment, level_for
from dunning.level import Level, at_panel, strictest
from tests.dunning.life import utc

NOW = utc("2026-12-11 14:00")


def hold(source: str, level: Level = Level.SUSPENDED, *services: str) -> Hold:
    return Hold(account="a", source=source, level=level, since=NOW, services=services)


def test_levels_stand_in_their_order() -> None:
    assert [level.rank for level in Level] == [0, 1, 2, 3, 4, 5]
    assert strictest([Level.LOCKED, Level.SUSPENDED, Level.WARNED]) is Level.SUSPENDED
    assert strictest([]) is Level.ACTIVE


def test_an_inactive_account_is_suspended_at_the_panel() -> None:
    assert [at_panel(level) for level in Level] == [
        Level.ACTIVE, Level.WARNED, Level.LOCKED, Level.SUSPENDED, Level.SUSPENDED, Level.DELETED,
    ]  # fmt: skip


def test_a_service_runs_at_the_strictest_level_that_a_hold_on_its_kind_asks_for() -> None:
    holds = [hold("INV-1", Level.SUSPENDED, "website"), hold("manual", Level.LOCKED)]
    assert level_for("website", holds) is Level.SUSPENDED
    assert level_for("email", holds) is Level.LOCKED
    assert level_for("website", []) is Level.ACTIVE


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
    after = after_payment([hold("INV-1", Level.SUSPENDED, "website")], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2", "INV-1"])
    assert after == (hold("INV-2", Level.SUSPENDED, "website"),)
    assert after_payment(after, ["INV-2"], Rule.ALL_PAST_DUE, []) == ()
    assert after_payment([hold("INV-1")], ["INV-1"], Rule.THIS_INVOICE, ["INV-2"]) == ()


def test_an_own_hold_is_tightened_by_what_is_handed_on_and_never_weakened() -> None:
    strict, mild = hold("INV-2", Level.INACTIVE), hold("INV-2", Level.LOCKED)
    assert after_payment([hold("INV-1"), strict], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"]) == (strict,)
    assert after_payment([hold("INV-1"), mild], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"]) == (hold("INV-2"),)


def test_what_is_handed_on_frees_nothing_that_was_restricted() -> None:
    mail, site = hold("INV-2", Level.LOCKED, "email"), hold("INV-1", Level.SUSPENDED, "website")
    assert after_payment([site, mail], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"]) == (
        hold("INV-2", Level.SUSPENDED, "email", "website"),
    )
    everything = hold("INV-2", Level.SUSPENDED)
    assert after_payment([site, everything], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"]) == (everything,)


def test_nothing_is_handed_on_when_the_paid_invoice_held_nothing() -> None:
    assert after_payment([hold("abuse")], ["INV-1"], Rule.ALL_PAST_DUE, ["INV-2"]) == (hold("abuse"),)
