"""An open case under another policy's plan: nothing twice, nothing unannounced, nothing before a day that was read."""

from datetime import datetime
from itertools import product

import pytest

from adapters.settings.policies import load_policy
from dunning.case.case import Case
from dunning.case.decisions import follow_up
from dunning.case.facts import Replan
from dunning.policy.plan import CONSEQUENCES, LEVEL_OF, Action
from dunning.rules.replan import TERMS_CHANGED, plan_under, replan_refused, replanned
from tests.dunning.evenings import ASO, COURTESY, HOTDOODLE, WHMCS, moment, until_evening
from tests.dunning.examples import FOLDER, at, opened
from tests.dunning.life import Did, Fact, Life, live
from tests.dunning.world import World

POLICIES = (ASO, COURTESY, HOTDOODLE, WHMCS)
DAYS = (-12, -1, 0, 3, 6, 9, 12, 25, 40)


def follows(name: str) -> Fact:
    policy = load_policy(name, FOLDER)

    def fact(case: Case, now: datetime) -> Case:
        return replanned(case, moved_to(case, plan_of=policy.name), now)

    return fact


def moved_to(case: Case, plan_of: str) -> Replan:
    return Replan(plan=plan_under(case, load_policy(plan_of, FOLDER)), by="ana", reason="new terms")


def lived(own: str, other: str, day: int, charges: str = "declined") -> Life:
    """Nobody pays, every charge ends so, and on that day the invoice is moved."""
    return until_evening(opened(own), 130, (day, follows(other)), world=World(charges=[charges] * 99))


@pytest.mark.parametrize(("own", "other"), [pair for pair in product(POLICIES, POLICIES) if pair[0] != pair[1]])
@pytest.mark.parametrize("day", DAYS)
def test_whoever_is_moved_is_restricted_by_no_day_before_one_that_he_read(own: str, other: str, day: int) -> None:
    life = lived(own, other, day)
    assert len(life.case.replans) <= 1
    steps = life.steps()
    assert len(steps) == len(set(steps)), "nothing is done twice"
    actions = {m.name: m.action for name in (own, other) for m in opened(name).plan.milestones}
    for place, did in enumerate(life.did):
        if did.step is None or did.step.action not in CONSEQUENCES or did.result.kind == "skipped":
            continue
        said = _announced(life.did[:place], did.step.action, actions)
        assert said, f"{did.step.name} was announced by nothing"
        assert max(said) <= did.decided, f"{did.step.name} came before the day that a notice named"


def _announced(before: list[Did], action: Action, actions: dict[str, Action]) -> list[datetime]:
    notices = [announced for did in before if (announced := getattr(did.result, "announced", None))]
    return [each.at for said in notices for each in said.steps if actions.get(each.step) is action]


@pytest.mark.parametrize("charges", ["pending", "unknown"])
@pytest.mark.parametrize(("own", "other"), [pair for pair in product(POLICIES, POLICIES) if pair[0] != pair[1]])
def test_money_that_is_on_its_way_ends_as_what_it_was(own: str, other: str, charges: str) -> None:
    for day in (0, 5):
        life = lived(own, other, day, charges)
        tried = [attempt.step for attempt in life.case.attempts]
        assert len(tried) == len(set(tried))
        assert len(life.moved) <= 1, "one debit pays it"


def test_what_is_done_or_begun_is_found_in_the_other_plan() -> None:
    case, now = moment(COURTESY, 7)
    under = replanned(case, moved_to(case, ASO), now)
    assert {*case.steps_done} & {m.name for m in case.plan.milestones} == {
        name for name in case.steps_done if under.plan.milestone(name) and case.plan.milestone(name)
    }
    assert under.plan.milestone("second-charge")
    assert under.plan.milestone("terminate") is None


def test_it_is_told_once_with_the_days_of_the_new_plan() -> None:
    life = lived(COURTESY, ASO, 3)
    told = [did.step for did in life.did if did.step and did.step.notice == TERMS_CHANGED]
    assert [each.name for each in told] == ["replan:1"]
    assert life.case.plan.policy == ASO


def test_who_is_where_he_is_to_be_moved_hears_nothing() -> None:
    case, now = moment(ASO, 3)
    assert replanned(case, moved_to(case, ASO), now) is case


def test_what_restricts_already_is_not_done_again() -> None:
    life = lived(ASO, WHMCS, 12)
    levels = [LEVEL_OF[did.step.action] for did in life.did if did.step and did.step.action in LEVEL_OF]
    assert len(levels) == len(set(levels))


def test_nothing_is_moved_that_nobody_can_pay_and_no_other_currency() -> None:
    case, now = moment(ASO, 3)
    fact = moved_to(case, COURTESY)
    assert replan_refused(case, fact, None) == ""
    under_way = replan_refused(case, fact, case.plan.milestones[2])
    assert under_way == "first-overdue is being done at this moment: ask again in a minute"
    assert replan_refused(case, fact, follow_up("confirm:p-1", now)) == ""
    least = fact.plan.least_balance
    assert least
    euros = fact.plan.model_copy(update={"least_balance": least.model_copy(update={"currency": "EUR"})})
    assert "in EUR" in replan_refused(case, fact.model_copy(update={"plan": euros}), None)
    paid = live(opened(ASO), at(opened(ASO), -12), [], World(charges=["charged"] * 9)).case
    assert replan_refused(paid, fact, None) == "nothing is payable on this invoice"
