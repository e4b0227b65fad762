"""A promise to pay: what is held until its day is over, and the service that is given back until then."""

from datetime import timedelta

import pytest

from dunning.case.case import Case
from dunning.case.decisions import Wait
from dunning.case.facts import Promise
from dunning.level import Level
from dunning.rules.machine import decide
from dunning.rules.promises import promise_refused, promised
from tests.dunning.evenings import ASO, HOTDOODLE, after, did, evening, moment, with_rule
from tests.dunning.examples import DUE, at, before_issue, pays, takes_back
from tests.dunning.life import Fact, Life, live
from tests.dunning.world import World


def promises(day: int, *, reinstate: bool = True) -> Fact:
    """Payment by that day from the due date."""
    return lambda case, _now: promised(case, Promise(until=DUE + timedelta(days=day), reinstate=reinstate))


def test_the_service_is_given_back_until_the_day_is_over_and_then_restricted_again() -> None:
    life = evening(ASO, 40, (11, promises(20)))
    assert after(life, 10) == [
        (10, "suspend"),
        (10, "suspend:told"),
        (11, "loosen-promised:2026-12-21"),
        (21, "suspend"),
        (21, "suspend:told"),
    ]
    assert did(life, "loosen-promised:2026-12-21").before.level is Level.SUSPENDED


def test_what_comes_after_moves_by_the_days_that_the_promise_took() -> None:
    life = evening(ASO, 50, (11, promises(20)))
    assert [day for day, name in after(life, 22) if name == "deactivate"] == [41], "30 days, and the 11 that it took"


def test_who_pays_by_then_is_reinstated_as_ever() -> None:
    life = evening(ASO, 40, (11, promises(20)), (15, pays()))
    assert (life.case.outcome, life.case.level) == ("paid", Level.ACTIVE)
    assert [name for _, name in after(life, 11) if name.startswith("suspend")] == []


def test_a_promise_by_itself_gives_nothing_back() -> None:
    case, _ = moment(ASO, 12, (11, promises(20, reinstate=False)))
    assert case.level is Level.SUSPENDED


def test_one_taken_before_the_suspension_has_nothing_to_give_back_and_holds_it() -> None:
    life = evening(ASO, 19, (9, promises(20)))
    assert after(life, 10) == []
    step = decide(life.case, life.now)
    assert isinstance(step, Wait)


def test_a_suspension_that_was_under_way_is_taken_back_when_it_is_done() -> None:
    """Its hand was slow: the promise came while the panel was asked."""
    life = evening(ASO, 10)
    before = next(done.before for done in life.did if done.step and done.step.name == "suspend")
    slow: Case = promised(life.case, Promise(until=DUE + timedelta(days=20), reinstate=True))
    assert before.level is Level.ACTIVE
    step = decide(slow, life.now)
    assert "loosen-promised" in str(step)


def test_a_chargeback_ends_it() -> None:
    opening = with_rule(ASO, chargeback="suspended", grace=0)
    facts = [(5, pays()), (6, takes_back(chargeback=True)), (7, promises(20)), (8, pays(payment="p-2"))]
    facts += [(9, takes_back(payment="p-2", reversal="r-2", chargeback=True))]
    life: Life = live(
        opening,
        before_issue(opening),
        [(at(opening, day, minutes=30), fact) for day, fact in facts],
        World(charges=["declined"] * 9),
        at(opening, 10),
    )
    assert life.case.level is Level.SUSPENDED
    assert not life.case.promise_reinstates


@pytest.mark.parametrize("policy", [ASO, HOTDOODLE])
def test_nothing_is_given_back_of_what_is_deleted(policy: str) -> None:
    case, now = moment(policy, 20)
    gone = case.model_copy(update={"level": Level.DELETED})
    promise = Promise(until=DUE + timedelta(days=30), reinstate=True)
    assert promise_refused(gone, promise, now).startswith("the services are deleted")
    assert promise_refused(gone, promise.model_copy(update={"reinstate": False}), now) == ""
