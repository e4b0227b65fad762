"""Another policy for an open invoice: what is done stays done, and the rules say what comes, warnings and all."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings.policies import load_policy
from dunning.case.facts import DueDateChange
from dunning.forecast.difference import Change, changes, fees
from dunning.forecast.expected import Deed
from dunning.forecast.other_policy import Compared, compared
from dunning.policy.file import Policy
from dunning.rules.updates import due_date_changed
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, WHMCS, moment
from tests.dunning.examples import DUE, FOLDER, before_issue, opened, policy
from tests.dunning.life import Fact, live, utc
from tests.dunning.lives import LIVES
from tests.dunning.strategies import exempts, facts, worlds
from tests.dunning.world import World


@pytest.fixture
def strict(tmp_path: Path) -> Policy:
    """Give a-small-orange with its last warning on day 6 and its suspension on day 7."""
    return changed(tmp_path, ASO, ("offset = 9 ", "offset = 6 "), ("offset = 10 ", "offset = 7 "))


def changed(folder: Path, name: str, *words: Sequence[str]) -> Policy:
    text = (FOLDER / f"{name}.toml").read_text()
    for old, new in words:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file = folder / f"{name}.toml"
    file.write_text(text)
    return load_policy(str(file), folder)


def compare(name: str, day: int, other: Policy) -> Compared:
    case, now = moment(name, day)
    (found,) = compared(case, other, now)
    return found


def days(found: Compared) -> dict[Deed, tuple[int | None, int | None]]:
    """Days from the due date on both roads, where they differ."""
    own, other = found.own.first, found.other.first
    both = {deed: (_day(own.get(deed)), _day(other.get(deed))) for deed in Deed}
    return {deed: pair for deed, pair in both.items() if pair[0] != pair[1] and deed is not Deed.WRITTEN}


def _day(day: date | None) -> int | None:
    return None if day is None else (day - DUE).days


@pytest.mark.parametrize("name", [ASO, COURTESY, HOTDOODLE, WHMCS])
@pytest.mark.parametrize("day", [-12, -1, 0, 3, 5, 6, 9, 10, 12, 20, 29, 31, 40, 84])
def test_nothing_changes_under_the_policy_that_it_runs_under(name: str, day: int) -> None:
    found = compare(name, day, policy(name))
    assert (days(found), found.own.fees, found.unfit) == ({}, found.other.fees, "")
    assert changes([found]) == fees([found]) == []


@LIVES
@given(st.sampled_from([ASO, COURTESY, HOTDOODLE, WHMCS]), st.data())
def test_whatever_happened_its_own_policy_changes_nothing(name: str, data: st.DataObject) -> None:
    """Promises, undone runs, moved dates, chargebacks, money on its way: what waits for them waits on both roads."""
    begun = opened(name)
    start = before_issue(begun)
    until = start + data.draw(st.timedeltas(timedelta(0), timedelta(days=150)))
    life = live(begun, start, data.draw(facts(start)), data.draw(worlds), until)
    (found,) = compared(life.case, policy(name), max(life.now, until))
    assert (found.own, found.unfit) == (found.other, "")


def test_a_day_that_an_exemption_ended_before_its_time_moved_is_that_of_no_notice() -> None:
    """Found by chance. The first notice names the day after the exemption; it ends sooner, and the next one says so."""
    begun = opened(COURTESY)
    start, charged = before_issue(begun), utc("2026-12-01 15:00") + timedelta(microseconds=1)
    told: list[tuple[datetime, Fact]] = [(start, exempts(21, 1)), (charged, exempts(0, 2))]
    life = live(begun, start, told, World(charges=["declined"] * 9), charged + timedelta(seconds=1))
    (found,) = compared(life.case, policy(COURTESY), life.now)
    assert (found.own, found.own.first[Deed.SUSPENDED]) == (found.other, DUE + timedelta(days=10))


def test_an_earlier_suspension_is_earlier(strict: Policy) -> None:
    assert days(compare(ASO, 3, strict)) == {Deed.SUSPENDED: (10, 7)}


def test_who_is_past_the_new_days_is_warned_first_and_has_the_whole_interval() -> None:
    """On the evening of day twelve the other policy's warnings are past: one is written, and its one day goes by."""
    found = compare(HOTDOODLE, 12, policy(ASO))
    assert days(found)[Deed.SUSPENDED] == (30, 13)


@pytest.mark.parametrize("day", [5, 8, 9])
def test_who_was_warned_of_a_day_keeps_that_day(strict: Policy, day: int) -> None:
    """The first warning has named day ten. What comes later than the policy says moves the rest, as always."""
    assert days(compare(ASO, day, strict)) == {Deed.INACTIVE: (30, 33), Deed.DELETED: (90, 93)}


@pytest.mark.parametrize("day", [10, 12, 25])
def test_who_is_suspended_already_is_not_suspended_again(strict: Policy, day: int) -> None:
    """From the notice of the suspension the other policy gives three days more than its own plan."""
    found = compare(ASO, day, strict)
    assert Deed.SUSPENDED not in found.other.first
    assert days(found) == {Deed.INACTIVE: (30, 33), Deed.DELETED: (90, 93)}


def test_what_the_other_policy_does_not_have_does_not_come_any_more() -> None:
    found = compare(COURTESY, -1, policy(ASO))
    assert days(found) == {
        Deed.FEE: (5, None),
        Deed.INACTIVE: (None, 30),
        Deed.DELETED: (35, 90),
    }
    assert (found.own.fees, found.other.fees) == (3500, 0)
    assert [tuple(each) for each in fees([found, found])] == [("USD", 7000, 0)]


def test_fees_and_charges_of_days_that_are_past_do_not_come_all_at_once() -> None:
    found = compare(ASO, 7, policy(COURTESY))
    assert Deed.FEE not in found.other.first
    assert Deed.CHARGED not in found.other.first
    assert found.other.fees == 0


def test_a_deletion_of_a_day_that_is_past_waits_for_a_warning_and_its_interval() -> None:
    """The other deletes on day 35, a week after its last warning; that is written on the evening of day 40 now."""
    assert days(compare(ASO, 40, policy(COURTESY)))[Deed.DELETED] == (90, 48)


def test_a_level_that_was_reached_under_another_name_is_reached() -> None:
    """Suspended by the one, it goes on with what the other has after its own suspension."""
    found = compare(WHMCS, 7, policy(HOTDOODLE))
    assert not {Deed.WARNED, Deed.LOCKED, Deed.SUSPENDED} & set(found.other.first)
    assert Deed.DELETED in found.other.first


def test_the_days_of_a_moved_due_date_move_in_both() -> None:
    case, now = moment(ASO, 3)
    moved = due_date_changed(case, DueDateChange(due=DUE + timedelta(days=20)), now)
    (found,) = compared(moved, policy(ASO), now)
    assert (days(found), found.own.first[Deed.SUSPENDED]) == ({}, DUE + timedelta(days=30))


def test_another_currency_is_not_compared(tmp_path: Path) -> None:
    euros = changed(tmp_path, ASO, ('currency = "USD"', 'currency = "EUR"'))
    found = compare(ASO, 3, euros)
    assert (found.unfit, days(found)) == ("in another currency", {})
    assert changes([found]) == fees([found]) == []


def test_changes_are_counted_by_deed_and_days(strict: Policy) -> None:
    found = [compare(ASO, 3, strict), compare(ASO, 3, strict), compare(ASO, 8, strict), compare(ASO, 12, strict)]
    assert changes(found) == [
        Change(Deed.SUSPENDED, -3, True, 2),
        Change(Deed.INACTIVE, 3, True, 2),
        Change(Deed.DELETED, 3, True, 2),
    ]
    gone = compare(COURTESY, -1, policy(ASO))
    assert changes([gone]) == [
        Change(Deed.FEE, None, False, 1),
        Change(Deed.INACTIVE, None, True, 1),
        Change(Deed.DELETED, 55, True, 1),
    ]
