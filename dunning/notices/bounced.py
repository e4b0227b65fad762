"""A notice that came back was not delivered: it warned nobody, and it is written again to the next contact.

The mail server had taken it, so the case believed it delivered. The bounce may come seconds or days later, also before
the case has recorded the notice at all. Each bounce repeats its notice once; when that comes back too, it is another
bounce. Who has no contact left gets a ticket like everybody whom no address takes (`dunning.rules.follow_ups`).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from dunning.case.case import Case, Done
from dunning.case.facts import Bounced
from dunning.case.update import changed, one_fact
from dunning.policy.plan import Action
from dunning.policy.step_kinds import WHEN_PAID, About
from dunning.policy.step_names import StepName, read

BOUNCED: Final = "bounced"
"""The kind of a step whose notice came back."""
REPEATS = 3
"""So many times a notice is written again because it came back."""


@one_fact
def bounced(case: Case, fact: Bounced, now: datetime) -> Case:
    """The case once a notice is known to have come back; the same notice counts once."""
    del now
    if came_back(case, fact.notice):
        return changed(case)
    story = tuple(done.model_copy(update={"kind": BOUNCED}) if _is_of(done, fact) else done for done in case.done)
    return changed(case, bounces=(*case.bounces, fact), done=story)


def came_back(case: Case, notice: str) -> bool:
    """Whether a bounce of that notice was heard of."""
    return any(each.notice == notice for each in case.bounces)


def told_again(case: Case) -> Iterator[tuple[str, str]]:
    """The follow-ups: name and title of each notice that came back and still has something to say.

    What came back for the fourth time goes to a person: nobody makes us write for ever, and wait for it as long.
    """
    times = Counter[StepName]()
    for place, fact in enumerate(case.bounces, start=1):
        done = next((done for done in case.done if done.kind == BOUNCED and done.detail == fact.notice), None)
        title = _title(case, done) if done else ""
        if not done or not title:
            continue
        base = _named_after(case, done)
        times[base] += 1
        if not _still_matters(case, done):
            continue
        if times[base] > REPEATS:
            yield str(replace(base, about=About.UNDELIVERED)), ""
        else:
            yield str(replace(base, bounced=place)), title


def _is_of(done: Done, fact: Bounced) -> bool:
    return done.kind == "delivered" and done.detail == fact.notice


def _named_after(case: Case, done: Done) -> StepName:
    """A repeated warning is found under its milestone's name, whatever it was called (`dunning.notices.warnings`)."""
    name = read(done.step)
    return name.base if case.plan.milestone(name.milestone) else name.subject


def _title(case: Case, done: Done) -> str:
    """A warning, and what failed on another day, is not written once more as it was: a notice of its own says so."""
    milestone = case.plan.milestone(read(done.step).milestone)
    if milestone and (milestone.warns_of or milestone.action is Action.CHARGE):
        return case.plan.repeated_warning
    return done.notice or (milestone.notice if milestone else "")


def _still_matters(case: Case, done: Done) -> bool:
    """Not when it was taken back since, and nothing is asked of who has paid."""
    of_the_plan = case.plan.milestone(read(done.step).milestone) is not None
    if done.undone or (of_the_plan and case.runs and done.at <= case.runs[-1].at):
        return False
    return not case.paid_up or read(done.step).kind in WHEN_PAID
