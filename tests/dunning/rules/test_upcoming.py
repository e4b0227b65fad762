"""What is to come is what really comes, to the instant, when nobody pays and nothing is heard."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from dunning.case.case import Case
from dunning.case.deadline import Deadline
from dunning.case.decisions import Finish, Step, Wait, reinstatement
from dunning.case.facts import Approval, Promise, Undo
from dunning.case.ledger import FEES
from dunning.case.results import Deferred, NoMethod, Result
from dunning.case.update import changed
from dunning.policy.plan import CONSEQUENCES, Action, Milestone
from dunning.rules import upcoming as module
from dunning.rules.machine import decide
from dunning.rules.promises import promised
from dunning.rules.record import recorded
from dunning.rules.upcoming import _MOST, Coming, Waiting, nothing_waits, road_after, road_ahead, upcoming
from dunning.rules.updates import approved
from dunning.undo.undo import undone
from dunning.windows.can_they_pay import Waits
from dunning.windows.window import Window
from tests.dunning.evenings import ASO, COURTESY, evening, moment, step
from tests.dunning.examples import DUE, at, opened, pays, sends_money, takes_back
from tests.dunning.life import Fact, Life, go_on, live
from tests.dunning.lives import LIVES
from tests.dunning.strategies import any_fact, facts, openings, worlds
from tests.dunning.world import World

FOR_EVER = timedelta(days=1200)


class Closed(NamedTuple):
    """Times (UTC), each from an instant to before another, in which nothing happens that harms."""

    times: tuple[tuple[datetime, datetime], ...] = ()

    def until(self, step: Milestone, at: datetime, _deadline: Deadline | None = None) -> Waits | None:
        """As a guard says it: the next one may be there by then, and is asked again."""
        if step.action not in CONSEQUENCES and step.action is not Action.WARN_ADMINS:
            return None
        closed = (Window(id="w", since=since, until=until, zone="UTC") for since, until in self.times)
        return next((Waits(each, each.until) for each in closed if each.since <= at < each.until), None)


NEVER_CLOSED = Closed()


@dataclass
class Unpaid(World):
    """Nothing goes wrong, nothing is paid, and activities put off what harms while something is closed."""

    shut: Closed = NEVER_CLOSED
    has_method: bool = True

    def answer(self, case: Case, milestone: Milestone, now: datetime) -> Result:
        if waits := self.shut.until(milestone, now):
            return Deferred(until=waits.until, reason="closed")
        known = any(a.step == milestone.name for a in case.attempts) or milestone.name.startswith("charge:method-")
        self.has_method = self.has_method or milestone.name.startswith("charge:method-")
        self.company.answers = ["declined" if self.has_method or known else "no_method"]
        return super().answer(case, milestone, now)


@st.composite
def closed_times(draw: st.DrawFn, start: datetime) -> Closed:
    """Some hours or days, often the very ones in which something is due; they may overlap."""
    made: list[tuple[datetime, datetime]] = []
    for _ in range(draw(st.integers(0, 5))):
        since = start + draw(st.timedeltas(timedelta(0), timedelta(days=120)))
        made.append((since, since + draw(st.timedeltas(timedelta(minutes=1), timedelta(days=15)))))
    return Closed(tuple(made))


@st.composite
def waiting(draw: st.DrawFn) -> tuple[Life, datetime, Closed]:
    """A random life at one of its waits, some hours after a step, and after news that came with it."""
    (opening, start), world = draw(openings()), draw(worlds)
    heard = draw(facts(start))
    whole = live(opening, start, heard, deepcopy(world))
    after = draw(st.sampled_from([start, *(did.known for did in whole.did)]))
    until = after + draw(st.timedeltas(timedelta(0), timedelta(hours=20)))
    news = draw(st.lists(any_fact, max_size=2))
    life = live(opening, start, [*heard, *((after, fact) for fact in news)], world, until)
    return life, max(life.now, until), draw(st.one_of(st.just(NEVER_CLOSED), closed_times(until)))


@pytest.mark.promise(12)
@LIVES
@given(waiting())
def test_what_is_upcoming_comes_at_its_instant(moment: tuple[Life, datetime, Closed]) -> None:
    life, now, closed = moment
    announced = list(upcoming(life.case, now, closed.until))
    world = Unpaid(shut=closed, has_method=_has_method(life.case))
    lived = go_on(life.case, now, world, FOR_EVER)
    sure = _before_people_are_asked(announced)
    assert _seen(sure) == _happened(lived)
    while isinstance(lived.last, Wait) and lived.last.missing:
        lived = go_on(_agreed(lived.case), lived.now, world, FOR_EVER, lived.did)
    assert _seen(announced) == _happened(lived)
    added = [e.amount for e in lived.case.entries[len(life.case.entries) :] if e.kind in FEES]
    assert [coming.fee for coming in announced if coming.fee] == added
    assert isinstance(lived.last, Finish) or (isinstance(lived.last, Wait) and lived.last.until is None)


def _has_method(case: Case) -> bool:
    """Whether the last that a charge of ours said was that there is none, and none was put on file since."""
    charges = [each for each in case.attempts if not each.step.startswith("underway:")]
    if not charges or charges[-1].kind != "no_method":
        return True
    return case.method_changed_at is not None and case.method_changed_at > charges[-1].began


def _before_people_are_asked(announced: Iterable[Coming]) -> list[Coming]:
    sure: list[Coming] = []
    for coming in announced:
        if coming.missing:
            break
        sure.append(coming)
    return sure


def _seen(announced: Iterable[Coming]) -> list[tuple[datetime, str]]:
    return [(coming.at, coming.step.name) for coming in announced]


def _happened(life: Life) -> list[tuple[datetime, str]]:
    put_off = [did for did in life.did if not isinstance(did.result, Deferred)]
    return [(did.decided, did.step.name if did.step else reinstatement(did.before)) for did in put_off]


def _agreed(case: Case) -> Case:
    coming = case.next_milestone
    assert coming is not None
    return approved(case, Approval(milestone=coming.name, by=f"person {len(case.approvals)}"))


def come(case: Case, now: datetime, waits: Waiting = nothing_waits) -> list[tuple[int, str]]:
    """(day from the due date, step)."""
    return [((case.today(coming.at) - DUE).days, coming.step.name) for coming in upcoming(case, now, waits)]


def test_everything_to_come_has_its_day_and_says_who_has_to_agree() -> None:
    case, now = moment(ASO, 6)
    assert come(case, now) == [
        (9, "second-overdue"),
        (10, "suspend"),
        (10, "suspend:told"),
        (30, "deactivate"),
        (30, "deactivate:told"),
        (83, "last-warning"),
        (90, "delete"),
        (90, "deletion:told"),
        (90, "close:2"),
    ]
    found = {coming.step.name: coming for coming in upcoming(case, now, nothing_waits)}
    assert {name: coming.missing for name, coming in found.items() if coming.missing} == {"delete": 1}
    assert [name for name, coming in found.items() if coming.is_deed] == ["suspend", "deactivate", "delete"]
    assert found["suspend"].why == "the policy a-small-orange says day +10 from the due date"


def test_what_is_late_and_has_no_approval_comes_at_the_earliest_now() -> None:
    case, now = moment(ASO, 95)
    first = next(upcoming(case, now, nothing_waits))
    assert (first.step.name, first.at, first.missing) == ("delete", now, 1)


def test_a_promise_moves_what_comes() -> None:
    promise: Fact = lambda case, _now: promised(case, Promise(until=DUE + timedelta(days=20)))  # noqa: E731
    case, now = moment(ASO, 8, (8, promise))
    assert come(case, now)[:4] == [(21, "second-overdue"), (22, "suspend"), (22, "suspend:told"), (42, "deactivate")]


def test_the_pause_after_an_undo_is_over_before_the_warning_comes_again() -> None:
    case, now = moment(ASO, 10)
    wrong = Undo(id="u", since=at(opened(ASO), 9), until=now, hold_days=7)
    case = undone(case, wrong, now)
    assert come(case, now)[:4] == [
        (10, "loosen:u"), (10, "undo:u"), (17, "second-overdue"), (18, "suspend"),
    ]  # fmt: skip


def test_money_on_its_way_is_asked_about_before_anything_else_comes() -> None:
    case, now = moment(ASO, 9)
    case = sends_money()(case, now)
    first, *others = islice(upcoming(case, now, nothing_waits), 2)
    assert (first.step.name, first.asks, first.is_deed) == ("underway:d-1", True, False)
    assert others[0].step.name == "underway:d-1:told"
    deed = next(road_ahead(case, now, nothing_waits), None)
    assert deed is not None
    assert deed.step.name == "suspend"


def test_the_grace_after_money_was_taken_back_begins_with_its_notice() -> None:
    life = evening(ASO, 21, (12, pays()), (20, takes_back()))
    told = next(did for did in life.did if did.step and did.step.name == "reversal:r-1")
    assert told.step is not None
    for late in (timedelta(0), timedelta(days=4)):
        deed = next(road_after(told.before, told.step, told.decided + late, nothing_waits), None)
        assert deed is not None
        assert (deed.step.name, deed.at) == ("suspend", at(opened(ASO), 31) + late)


@pytest.mark.promise(4)
@pytest.mark.promise(5)
def test_what_falls_into_a_closed_time_comes_at_its_end_and_moves_the_rest() -> None:
    case, now = moment(ASO, 6)
    closed = Closed(((at(opened(ASO), 9), at(opened(ASO), 12)),))
    assert come(case, now, closed.until)[:4] == [
        (9, "second-overdue"),
        (12, "suspend"),
        (12, "suspend:told"),
        (32, "deactivate"),
    ]


def test_a_fee_that_will_not_apply_is_no_deed() -> None:
    """The policy's fee wants a charge to have been attempted, and there is no payment method."""
    case, now = moment(COURTESY, -1, charges="no_method")
    for applies in (True, False):
        milestones = tuple(m.model_copy(update={"fee_without_attempt": applies}) for m in case.plan.milestones)
        other = changed(case, plan=case.plan.model_copy(update={"milestones": milestones}))
        tried = recorded(other, step(other, "charge"), NoMethod(), at(opened(COURTESY), 0))
        fees = [c for c in upcoming(tried, now, nothing_waits) if c.step.action is Action.LATE_FEE]
        assert [coming.is_deed for coming in fees] == [applies] * len(fees)
        assert fees


def test_nothing_happens_to_who_has_paid() -> None:
    case, now = moment(ASO, 12)
    paid = pays()(case, now)
    assert list(road_ahead(paid, now, nothing_waits)) == []
    assert [name for _, name in come(paid, now)] == ["reinstate:1", "confirm:p-1", "close:2"]


def test_the_lives_have_what_moves_dates() -> None:
    """A property over nothing proves nothing. Chance decides how many lives it takes."""
    seen: set[str] = set()
    for number in range(20):
        _look(seen, number)
        if seen == {*MOVING, "closed", "asked"}:
            return
    raise AssertionError(f"never drawn: {({*MOVING, 'closed', 'asked'}) - seen}")


def _look(seen: set[str], number: int) -> None:
    @seed(number)
    @settings(max_examples=100, deadline=None, database=None, phases=[Phase.generate])
    @given(waiting())
    def look(drawn: tuple[Life, datetime, Closed]) -> None:
        life, now, closed = drawn
        if isinstance(life.last, Wait):
            seen.update(field for field in MOVING if getattr(life.case, field))
            put_off = _seen(upcoming(life.case, now, closed.until)) != _seen(upcoming(life.case, now, nothing_waits))
            seen.update(["closed"] if put_off else [])
            seen.update("asked" for coming in upcoming(life.case, now, closed.until) if coming.missing)

    look()


MOVING = ("promised_until", "held_until", "grace_until", "in_transit", "deferrals", "shift_days")


@LIVES
@given(waiting())
def test_no_life_takes_so_many_decisions_that_what_comes_would_be_cut_off(
    moment: tuple[Life, datetime, Closed],
) -> None:
    life, now, closed = moment
    made: list[datetime] = []

    def counted(case: Case, at: datetime) -> Step:
        made.append(at)
        return decide(case, at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "decide", counted)
        list(upcoming(life.case, now, closed.until))
    assert len(made) < _MOST / 2
