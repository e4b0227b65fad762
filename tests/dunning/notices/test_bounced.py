"""Notices that came back: they warned nobody, the next contact is written to, and nobody suffers before that."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.case.case import Case
from dunning.case.decisions import Wait, follow_up
from dunning.case.facts import Bounced
from dunning.case.orders import NoticeOrder
from dunning.case.results import Delivered, Result
from dunning.explain.words import story_of
from dunning.notices.bounced import bounced
from dunning.policy.plan import CONSEQUENCES, Milestone
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from tests.dunning.evenings import ASO, HOTDOODLE, WHMCS
from tests.dunning.examples import at, before_issue, opened, pays, takes_back
from tests.dunning.life import Fact, Life, live
from tests.dunning.world import World

SOON = timedelta(minutes=20)
DECLINED = ["declined"]


def comes_back(step: str) -> Fact:
    """The last notice of that step comes back."""

    def fact(case: Case, now: datetime) -> Case:
        notice = next(done.detail for done in reversed(case.done) if done.step == step)
        return bounced(case, Bounced(notice=notice, step=step, at=now, reason="5.1.1"), now)

    return fact


def when(life: Life, step: str) -> datetime:
    return next(did.known for did in life.did if did.step and did.step.name == step)


def life_of(name: str, facts: list[tuple[datetime, Fact]], until: int = 25, world: World | None = None) -> Life:
    case = opened(name)
    return live(case, before_issue(case), facts, world or World(charges=[*DECLINED]), until=at(case, until))


@pytest.mark.promise(3)
@pytest.mark.req("S2-19", "S2-20")
def test_a_bounced_warning_is_written_again_and_its_whole_interval_passes_from_then() -> None:
    """The second notice comes back 20 hours later: the suspension waits a day from its repeat, and not four hours."""
    case = opened(ASO)
    late = at(case, 9) + timedelta(hours=20)
    life = life_of(ASO, [(late, comes_back("second-overdue"))])
    assert when(life, "second-overdue:again:bounced:1") == late
    assert when(life, "suspend") == late + timedelta(days=1)


@pytest.mark.promise(3)
def test_when_nobody_is_left_to_warn_a_ticket_opens_and_nobody_is_suspended_before_somebody_was() -> None:
    """Both warnings of WHMCS come back on day 2, and no address takes mail until the sixth try."""
    case = opened(WHMCS)
    facts = [(at(case, 2), comes_back("charge:told")), (at(case, 2), comes_back("first-overdue"))]
    world = World(charges=[*DECLINED], undelivered=set(range(5, 10)))
    life = life_of(WHMCS, facts, world=world)
    again = [step for step in life.steps() if ":again:" in step]
    daily = [f"first-overdue:again:{number}" for number in range(2, 6)]
    assert again == ["charge:again:bounced:1", "first-overdue:again:bounced:2", *daily]
    assert {"charge:undelivered", "first-overdue:undelivered"} <= set(life.steps())
    assert when(life, "suspend") == when(life, daily[-1]) + timedelta(days=4)


def test_each_bounce_repeats_its_notice_once_and_a_repeat_that_bounces_is_another() -> None:
    case = opened(ASO)
    start = at(case, 9)
    facts: list[tuple[datetime, Fact]] = [
        (start + SOON, comes_back("second-overdue")),
        (start + 2 * SOON, comes_back("second-overdue")),
        (start + 3 * SOON, comes_back("second-overdue:again:bounced:1")),
    ]
    life = life_of(ASO, facts)
    again = [step for step in life.steps() if ":again:" in step]
    assert again == ["second-overdue:again:bounced:1", "second-overdue:again:bounced:2"]
    assert when(life, "suspend") == start + 3 * SOON + timedelta(days=1)


@pytest.mark.promise(3)
def test_a_notice_that_comes_back_again_and_again_is_a_person_s_after_three_repeats() -> None:
    """Whoever reports each of them as lost would else be written to for ever, and never be suspended."""
    case = opened(ASO)
    late = at(case, 9) + timedelta(hours=1)

    def all_come_back(case: Case, now: datetime) -> Case:
        lost = [done for done in case.done if done.kind == "delivered" and done.step.startswith("second-overdue")]
        for done in lost:
            case = bounced(case, Bounced(notice=done.detail, step=done.step, at=now, reason="5.1.1"), now)
        return case

    life = life_of(ASO, [(late + timedelta(hours=number), all_come_back) for number in range(9)], until=60)
    repeats = [did.step.name for did in life.did if did.step and ":bounced:" in did.step.name]
    assert repeats == [f"second-overdue:again:bounced:{number}" for number in (1, 2, 3)]
    assert any(name.startswith("second-overdue") and name.endswith(":undelivered") for name in life.case.steps_done)


def test_a_repeat_says_what_its_notice_said_and_when_the_next_step_really_comes() -> None:
    case = opened(ASO)
    life = life_of(ASO, [(at(case, 9) + SOON, comes_back("second-overdue"))])
    did = next(did for did in life.did if did.step and did.step.name.endswith(":bounced:1"))
    assert did.step is not None
    order = order_for(did.before, did.step, did.decided)
    assert isinstance(order, NoticeOrder)
    assert order.title == "Invoice Overdue"
    assert order.missed_at == at(case, 9)
    assert (order.next_action, order.next_at) == ("suspend", did.decided + timedelta(days=1))


class EarlyBounce(World):
    """A mail server's report that is faster than the worker: it is there before the notice is recorded."""

    def answer(self, case: Case, milestone: Milestone, now: datetime) -> Result:
        result = super().answer(case, milestone, now)
        if milestone.name == "second-overdue" and isinstance(result, Delivered):
            self.early = result.notice
        return result


def test_a_report_that_is_faster_than_the_notices_own_record_counts_all_the_same() -> None:
    case = opened(ASO)
    world = EarlyBounce(charges=[*DECLINED], delays=[timedelta(0)] * 4 + [timedelta(minutes=2)])

    def early(case: Case, now: datetime) -> Case:
        return bounced(case, Bounced(notice=world.early, at=now, reason="5.1.1"), now)

    life = life_of(ASO, [(at(case, 9, minutes=1), early)], world=world)
    first = next(did for did in life.did if did.step and did.step.name == "second-overdue")
    assert first.known == at(case, 9, minutes=2), "the notice was not under way when its report came"
    assert life.case.steps_done["second-overdue"].kind == "bounced"
    assert "second-overdue:again:bounced:1" in life.steps()


def test_who_has_paid_is_not_written_to_again_except_with_the_receipt() -> None:
    case = opened(ASO)
    paid = at(case, 9, minutes=10)

    def both(case: Case, now: datetime) -> Case:
        return comes_back("second-overdue")(pays()(case, now), now)

    life = life_of(ASO, [(paid, both)])
    assert life.outcome == "paid"
    assert not [step for step in life.steps() if ":again:" in step]


def test_a_receipt_that_came_back_is_repeated_with_its_payment() -> None:
    case = opened(ASO)
    world = World(charges=[*DECLINED])

    def paid_and_back(case: Case, now: datetime) -> Case:
        fact = Bounced(notice=f"n{world.notices + 1}", at=now, reason="5.1.1")
        return bounced(pays("USD 5.00")(case, now), fact, now)

    life = life_of(ASO, [(at(case, 6), paid_and_back)], world=world)
    step = next(did for did in life.did if did.step and did.step.name == "confirm:p-1:again:bounced:1")
    assert step.step is not None
    order = order_for(step.before, step.step, step.decided)
    assert isinstance(order, NoticeOrder)
    assert (order.title, str(order.amount)) == ("Invoice Payment Confirmation", "USD 5.00")


@pytest.mark.promise(4)
def test_the_grace_begins_when_the_notice_about_a_reversal_reaches_somebody() -> None:
    case = opened(ASO)
    back = at(case, 8)

    facts: list[tuple[datetime, Fact]] = [
        (at(case, 6), pays()),
        (back, takes_back()),
        (back + timedelta(days=2), comes_back("reversal:r-1")),
    ]
    life = life_of(ASO, facts, until=60)
    assert when(life, "reversal:r-1:again:bounced:1") == back + timedelta(days=2)
    assert when(life, "suspend") >= back + timedelta(days=12)


def test_a_notice_of_a_declined_charge_keeps_why_it_failed() -> None:
    life = life_of(ASO, [])
    told = next(did for did in life.did if did.step and did.step.name.endswith(":told"))
    assert told.step is not None
    back = comes_back(told.step.name)(life.case, life.now)
    name = f"{told.step.name.removesuffix(':told')}:again:bounced:1"
    first = order_for(life.case, told.step, life.now)
    again = order_for(back, follow_up(name, life.now), life.now)
    assert isinstance(first, NoticeOrder)
    assert isinstance(again, NoticeOrder)
    assert first.detail
    assert again.detail == first.detail


def test_a_bounce_of_somebody_elses_notice_changes_nothing_that_is_done() -> None:
    case = opened(ASO)
    life = life_of(ASO, [], until=9)
    after = bounced(life.case, Bounced(notice="INV-9:overdue:0", at=life.now, reason="5.1.1"), life.now)
    assert (after.done, decide(after, life.now)) == (life.case.done, decide(life.case, life.now))
    assert isinstance(decide(after, life.now), Wait)
    assert case.invoice.number == "INV-1042"


def test_the_story_says_that_it_came_back() -> None:
    life = life_of(ASO, [(at(opened(ASO), 9) + SOON, comes_back("second-overdue"))])
    words = [text for _, text in story_of(life.case)]
    assert 'notice came back "Second Invoice Overdue Notice"' in words
    assert 'notice sent "Invoice Overdue"' in words


@pytest.mark.promise(3)
@given(
    name=st.sampled_from([ASO, WHMCS, HOTDOODLE]),
    hours=st.lists(st.integers(1, 24 * 70), max_size=6),
    undelivered=st.sets(st.integers(1, 25), max_size=8),
)
@settings(max_examples=40, deadline=None)
def test_whatever_comes_back_each_consequence_had_a_warning_that_stood_for_its_whole_interval(
    name: str, hours: list[int], undelivered: set[int]
) -> None:
    """At each consequence: the newest delivered warning that had not come back by then is old enough."""
    case = opened(name)
    start = before_issue(case)

    def last_comes_back(case: Case, now: datetime) -> Case:
        notices = [done for done in case.done if done.kind == "delivered"]
        return comes_back(notices[-1].step)(case, now) if notices else case

    facts = [(start + timedelta(hours=each), last_comes_back) for each in sorted(hours)]
    world = World(charges=["declined"] * 5, undelivered=undelivered)
    life = live(case, start, [*facts], world, until=start + timedelta(days=120))
    for did in life.consequences():
        milestone, before = did.step, did.before
        assert milestone is not None
        assert milestone.action in CONSEQUENCES
        warnings = {m.name: m for m in before.plan.milestones if milestone.name in m.warns_of}
        stood = [
            (warnings[origin], done)
            for done in before.done
            if done.kind == "delivered" and (origin := done.step.split(":again:")[0].removesuffix(":told")) in warnings
        ]
        assert stood, f"{milestone.name} without any warning that stood\n{life!r}"
        assert all(did.decided - done.at >= milestone.at - warning.at for warning, done in stood[-1:])
