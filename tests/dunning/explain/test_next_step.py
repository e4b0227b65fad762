"""What comes next, as `show` and `why` say it: the step that really comes, on its day, and what holds it until then."""

from datetime import timedelta

import pytest
from hypothesis import given
from rich.console import Console

from cli.invoices.story import story
from dunning.case.decisions import Finish, Wait
from dunning.case.facts import Promise
from dunning.explain.next_step import next_step
from dunning.explain.receipt import receipt
from dunning.explain.temporal_ui import clock
from dunning.rules.machine import decide
from dunning.rules.promises import promised
from dunning.rules.upcoming import nothing_waits, upcoming
from tests.dunning.evenings import ASO, COURTESY, moment
from tests.dunning.examples import pays
from tests.dunning.life import Life
from tests.dunning.lives import LIVES, lives


def test_a_step_of_the_plan_has_its_day_and_its_rule() -> None:
    case, now = moment(ASO, 2)
    assert next_step(case, now, nothing_waits) == (
        "first-overdue on Sun 06 Dec 2026 09:00 EST: the policy a-small-orange says day +5 from the due date"
    )


def test_under_a_promise_it_is_the_step_that_comes_after_it_and_says_what_holds_it() -> None:
    case, now = moment(ASO, 2)
    held = promised(case, Promise(until=case.today(now) + timedelta(days=20)))
    assert next_step(held, now, nothing_waits) == (
        "first-overdue on Thu 24 Dec 2026 09:00 EST: the policy a-small-orange says day +5 from the due date; "
        "the promise's day is over on Thu 24 Dec 2026 09:00 EST: the customer promised to pay by then"
    )


def test_what_waits_for_people_or_is_done_at_once_has_no_day() -> None:
    case, now = moment(COURTESY, 35)
    assert next_step(case, now, nothing_waits) == "approval of terminate: 1 more approval(s) needed before terminate"
    paid = pays()(case, now)
    assert next_step(paid, now, nothing_waits) == "confirm:p-1: it happened, so it is told"


@pytest.mark.promise(12)
@LIVES
@given(lives())
def test_it_is_what_is_upcoming_first(life: Life) -> None:
    for case, now in ((life.case, life.now), *((did.before, did.decided) for did in life.did)):
        said, step = next_step(case, now, nothing_waits), decide(case, now)
        assert receipt(case, now, waiting=nothing_waits).coming == said
        first = next(upcoming(case, now, nothing_waits), None)
        if isinstance(step, Finish):
            assert said.startswith("nothing")
        elif isinstance(step, Wait) and step.until and first:
            assert said.startswith(f"{first.step.name} on {clock(case, first.at)}")


def test_show_says_the_same() -> None:
    case, now = moment(ASO, 2)
    console = Console(width=140, record=True)
    console.print(*story(case, now, nothing_waits))
    assert f"next     {next_step(case, now, nothing_waits)}" in console.export_text()
