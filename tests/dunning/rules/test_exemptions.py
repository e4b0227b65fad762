"""An exemption, day by day: what waits for its end, what goes on, and what is announced anew."""

from datetime import datetime, timedelta

import pytest

from dunning.case.case import Case, going_on, open_case
from dunning.case.facts import Exemption
from dunning.case.orders import NoticeOrder
from dunning.case.results import Deferred, Delivered
from dunning.explain.clock import waits_of
from dunning.level import Level
from dunning.policy.plan import EXEMPTED, Action
from dunning.rules.exemptions import exempted
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded
from dunning.rules.upcoming import nothing_waits, road_ahead
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, after, days, evening, moment, step
from tests.dunning.examples import DUE, at, before_issue, opened, pays, takes_back
from tests.dunning.life import Fact, live
from tests.dunning.world import World


def word(day: int | None, number: int = 1) -> Exemption:
    """Until that day from the due date, that day included; None ends it."""
    until = None if day is None else DUE + timedelta(days=day)
    return Exemption(until=until, number=number, by="ana", reason="a partner")


def exempts(day: int | None, number: int = 1) -> Fact:
    return lambda case, now: exempted(case, word(day, number), now)


def road(case: Case, now: datetime) -> list[tuple[int, str]]:
    coming = road_ahead(case, now, nothing_waits)
    return [((case.today(each.at) - DUE).days, each.step.name) for each in coming]


def test_what_comes_before_the_first_consequence_goes_on_and_the_rest_waits_for_the_end() -> None:
    without, with_it = days(evening(COURTESY, 60)), days(evening(COURTESY, 60, (-1, exempts(40))))
    assert (10, "suspend") in without
    assert (41, "suspend") in with_it
    assert [each for each in with_it if each[0] < 10] == [each for each in without if each[0] < 10]
    assert [name for day, name in with_it if 10 <= day < 41] == []


def test_notices_name_the_day_that_will_be_and_no_warning_is_written_twice() -> None:
    case, now = moment(COURTESY, 3, (-1, exempts(40)))
    assert (41, "suspend") in road(case, now)
    life = evening(COURTESY, 60, (-1, exempts(40)))
    assert not [name for name in life.steps() if "again" in name]
    said = [did.result.announced for did in life.did if isinstance(did.result, Delivered) and did.result.announced]
    assert len(said) > 1
    order = order_for(case, step(case, "second-charge").model_copy(update={"action": Action.NOTIFY}), now)
    assert isinstance(order, NoticeOrder)
    assert order.announced
    assert [case.today(each.at) for each in order.announced.steps] == [DUE + timedelta(days=41)]


def test_a_day_that_was_announced_and_is_moved_is_announced_again_with_its_whole_interval() -> None:
    told = after(evening(COURTESY, 70, (9, exempts(40))), 10)
    again = next(day for day, name in told if "again" in name)
    assert again == 41
    assert (46, "suspend") in told, told


def test_a_day_that_an_exemption_does_not_reach_stays() -> None:
    assert (10, "suspend") in days(evening(COURTESY, 60, (6, exempts(8))))


def test_one_that_ends_early_gives_a_new_day_and_a_warning_before_it() -> None:
    told = after(evening(COURTESY, 70, (-1, exempts(60)), (20, exempts(None, 2))), 10)
    again = next(day for day, name in told if "again" in name)
    assert again == 20
    assert (25, "suspend") in told, told


def test_one_that_was_a_slip_and_ended_before_the_day_moves_nothing() -> None:
    assert days(evening(COURTESY, 60, (6, exempts(400)), (7, exempts(None, 2)))) == days(evening(COURTESY, 60))


def test_what_follows_keeps_its_distance() -> None:
    without = {name: day for day, name in days(evening(ASO, 100))}
    with_it = {name: day for day, name in days(evening(ASO, 200, (-1, exempts(40))))}
    assert with_it["suspend"] == 41
    assert with_it["deactivate"] - with_it["suspend"] == without["deactivate"] - without["suspend"]


def test_what_is_restricted_stays_so_and_the_next_level_waits() -> None:
    life = evening(ASO, 60, (12, exempts(50)))
    assert life.case.level.value == "suspended"
    assert (51, "deactivate") not in days(life)  # first its new warning
    assert "deactivate" not in life.steps()


def test_a_late_fee_is_asked_for_as_ever() -> None:
    fees = [each for each in days(evening(HOTDOODLE, 20)) if each[1].startswith("late-fee")]
    assert [each for each in days(evening(HOTDOODLE, 20, (-1, exempts(90)))) if each[1].startswith("late-fee")] == fees


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_last_word_counts_whenever_it_is_heard(order: tuple[int, int]) -> None:
    said = {1: exempts(40, 1), 2: exempts(20, 2)}
    life = evening(COURTESY, 60, *((-1, said[number]) for number in order))
    assert (21, "suspend") in days(life)


def test_a_chargeback_s_restriction_waits_for_the_end_and_holds_nothing_else_up() -> None:
    begun = opened(ASO)
    strict = begun.plan.taken_back.model_copy(update={"chargeback": Level.SUSPENDED})
    begun = begun.model_copy(update={"plan": begun.plan.model_copy(update={"taken_back": strict})})
    paid, back = pays("USD 19.99"), takes_back("USD 19.99", chargeback=True)
    coming = [(at(begun, -1), exempts(40)), (at(begun, 1), paid), (at(begun, 2), back)]
    life = live(begun, before_issue(begun), coming, World(charges=["declined"] * 99), at(begun, 60))
    done = [((life.case.today(did.known) - DUE).days, did.step.name) for did in life.did if did.step]
    assert next(day for day, name in done if name.startswith("chargeback:")) == 41
    assert [name for day, name in done if name.startswith("reversal:") and day < 40]


def test_a_new_case_begins_exempt_and_who_decided_it_is_in_its_story() -> None:
    begun = opened(COURTESY).model_copy(update={"exempt": word(40)})
    case = open_case(begun, before_issue(begun))
    assert case.today(case.exempt_until or case.opened_at) == DUE + timedelta(days=41)
    assert [(each.what, each.by) for each in case.decided] == [
        (f"exempt from consequences until {DUE + timedelta(days=40)}", "ana")
    ]
    woken = going_on(case, 2, word(None, 2))
    again = open_case(woken, at(begun, 5))
    assert (again.exempt_until, again.revision) == (at(begun, 5), case.revision + 1)
    assert open_case(going_on(again, 3, word(None, 2)), at(begun, 6)).exemptions == again.exemptions


def test_what_a_guard_finds_is_known_to_the_case_from_then_on() -> None:
    case, _ = moment(COURTESY, 9)
    due, suspend = at(opened(COURTESY), 10), step(case, "suspend")
    found = Deferred(until=due + timedelta(hours=1), reason="exempt", exempt=word(40))
    after_it = recorded(case, suspend, found, due)
    assert [each.number for each in after_it.exemptions] == [1]
    assert after_it.decided[-1].by == "ana"
    assert (46, "suspend") in road(after_it, due)
    assert "an exemption held consequences until" in " ".join(waits_of(after_it, for_customer=True))


def test_a_fee_is_no_consequence_that_an_exemption_holds() -> None:
    assert Action.LATE_FEE not in EXEMPTED
    assert {Action.LOCK, Action.SUSPEND, Action.DEACTIVATE, Action.DELETE, Action.DELETE_BACKUPS} == set(EXEMPTED)
