"""Invoices that move in from another system, under every shipped policy and on every day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

import pytest

from dunning.calendar import local_date, shifted
from dunning.case.case import Case, open_case
from dunning.case.decisions import Perform, Reinstate, Step
from dunning.case.moved_in import MovedIn
from dunning.case.results import Declined, Reinstated
from dunning.case.snapshot import packed, unpacked
from dunning.explain.words import story_of
from dunning.forecast.life import SampleLife
from dunning.level import Level
from dunning.policy.plan import CONSEQUENCES, LEVEL_OF, Action, Milestone
from dunning.policy.step_names import read
from dunning.rules.machine import decide
from dunning.rules.record import reinstated
from tests.dunning.examples import at, opened, pays

POLICIES = ("a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default")
DAYS = range(-16, 70)
SPREAD = timedelta(minutes=40)


@dataclass
class Done:
    at: datetime
    step: Milestone
    before: Case


def moved_in(policy: str, day: int, level: Level = Level.ACTIVE, gap: int = 1) -> tuple[Case, datetime]:
    """A case that moves in on that day, five hours after the policy's hour; the last notice was `gap` days before."""
    opening = opened(policy)
    now = at(opening, day, minutes=5 * 60)
    begins = shifted(at(opening, day), 1, opening.plan.zone)
    until = local_date(now, opening.plan.zone) - timedelta(days=gap)
    moved = MovedIn(until=until, begins=begins, warns_at=begins + SPREAD, level=level)
    return open_case(opening.model_copy(update={"moved_in": moved}), now), now


def lived(case: Case, now: datetime) -> list[Done]:
    """All that happens if nothing is paid and every charge is declined."""
    life, found = SampleLife(case=case, now=now, facts=[], charge=Declined(code="no")), list[Done]()
    for step in life.decisions():
        if isinstance(step, Perform):
            found.append(Done(life.now, step.milestone, life.case))
    return found


@pytest.mark.promise(3)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("level", [Level.ACTIVE, Level.LOCKED, Level.SUSPENDED])
def test_nothing_at_once_nothing_unwarned_and_nothing_twice(policy: str, level: Level) -> None:
    for day, gap in product(DAYS, (0, 1, 6)):
        case, now = moved_in(policy, day, level, gap)
        moved = case.moved_in
        assert moved is not None
        story = lived(case, now)
        assert all(done.at >= moved.begins for done in story), (day, gap, story[:1])
        for place, done in enumerate(story):
            planned = case.plan.milestone(done.step.name)
            if planned and done.step.action not in LEVEL_OF and done.step.action not in CONSEQUENCES:
                assert planned.at >= moved.begins, (day, gap, done.step.name)
                assert local_date(planned.at, case.plan.zone) > moved.until, (day, gap, done.step.name)
            if planned and done.step.action is Action.LATE_FEE:
                assert planned.at >= moved.begins
            if done.step.action in LEVEL_OF:
                assert LEVEL_OF[done.step.action].rank > level.rank or level is Level.ACTIVE
            if done.step.action in CONSEQUENCES and not case.plan.unwarned and _applied(story, place):
                _was_warned(case, story[:place], done)


def _applied(story: list[Done], place: int) -> bool:
    if story[place].step.action is not Action.LATE_FEE or place + 1 == len(story):
        return story[place].step.action is not Action.LATE_FEE
    return story[place + 1].before.balance > story[place].before.balance


def _was_warned(case: Case, earlier: list[Done], done: Done) -> None:
    warned = [(each.at, case.plan.milestone(read(each.step.name).milestone)) for each in earlier if each.step.notice]
    passed = [
        done.at - at_ >= done.step.at - warning.at
        for at_, warning in warned
        if warning and done.step.name in warning.warns_of
    ]
    assert any(passed), (done.step.name, done.at, [(each.at, each.step.name) for each in earlier])


@pytest.mark.parametrize("policy", POLICIES)
def test_our_first_warning_comes_when_it_may_and_the_consequence_a_full_interval_later(policy: str) -> None:
    """Everything of the plan is long over: what is left is what restricts and deletes, each in its turn."""
    case, now = moved_in(policy, 60)
    assert case.moved_in is not None
    story = lived(case, now)
    assert story[0].at == case.moved_in.warns_at
    assert (story[0].step.action, story[0].step.notice) == (Action.NOTIFY, case.plan.repeated_warning)
    levels = [done.step.name for done in story if done.step.action in CONSEQUENCES]
    assert levels == [m.name for m in case.plan.milestones if m.action in CONSEQUENCES and m.name in levels]
    assert levels
    assert story[1].at >= story[0].at + timedelta(days=1)


def test_what_was_sent_there_is_said_to_be_sent_and_by_whom() -> None:
    case, now = moved_in("a-small-orange", 6)
    words = [text for _, text in story_of(case)]
    assert words[0] == "issue done by the system before us: it moved in with notices until 2026-12-06"
    assert [each.kind for each in case.done] == ["elsewhere"] * 3
    left_out, _ = moved_in("a-small-orange", 6, gap=3)
    assert [(each.step, each.kind) for each in left_out.done][-1] == ("first-overdue", "skipped")
    assert unpacked(packed(case)) == case
    assert decide(case, now).until is not None  # type: ignore[union-attr]


def test_an_adopted_service_is_given_back_when_it_is_paid_and_comes_again_in_its_turn() -> None:
    case, now = moved_in("a-small-orange", 20, Level.SUSPENDED)
    assert case.level is Level.SUSPENDED
    assert "suspend" in case.steps_done
    after = pays()(case, now)
    step: Step = decide(after, now)
    assert isinstance(step, Reinstate)
    back = reinstated(after, Reinstated(level=Level.ACTIVE), now)
    assert back.level is Level.ACTIVE
    assert "suspend" not in back.steps_done
