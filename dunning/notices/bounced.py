"""A notice that came back was not delivered: it warned nobody, and it is written again to the next contact.

The mail server had taken it, so the case believed it delivered. The bounce may come seconds or days later, also before
the case has recorded the notice at all. Each bounce repeats its notice once; when that comes back too, it is another
bounce. Who has no contact left gets a ticket like everybody whom no address takes (`dunning.rules.follow_ups`).
"""

import re
from collections.abc import Iterator
from datetime import datetime

from dunning.case.case import Case, Done
from dunning.case.facts import Bounced
from dunning.case.update import changed
from dunning.policy.plan import Action

BOUNCED = "bounced"
"""The kind of a step whose notice came back."""
_AGAIN = re.compile(r":again:bounced:[0-9]+$")
_TOLD_WHEN_PAID = ("confirm:", "undo:")


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


def notice_of(step: str) -> str:
    """The step whose notice this one repeats because it came back; any other step itself."""
    return _AGAIN.sub("", step)


def told_again(case: Case) -> Iterator[tuple[str, Action, str]]:
    """The follow-ups: name, action and title of each notice that came back and still has something to say."""
    for place, fact in enumerate(case.bounces, start=1):
        done = next((done for done in case.done if done.kind == BOUNCED and done.detail == fact.notice), None)
        title = _title(case, done) if done else ""
        if done and title and _still_matters(case, done):
            yield f"{_named_after(case, done)}:again:{BOUNCED}:{place}", Action.NOTIFY, title


def _is_of(done: Done, fact: Bounced) -> bool:
    return done.kind == "delivered" and done.detail == fact.notice


def _named_after(case: Case, done: Done) -> str:
    """A repeated warning is found under its milestone's name, whatever it was called (`dunning.notices.warnings`)."""
    name = notice_of(done.step)
    milestone = name.split(":again:")[0].removesuffix(":told")
    return milestone if case.plan.milestone(milestone) else name


def _title(case: Case, done: Done) -> str:
    milestone = case.plan.milestone(done.step)
    return done.notice or (milestone.notice if milestone else "")


def _still_matters(case: Case, done: Done) -> bool:
    """Not when it was taken back since, and nothing is asked of who has paid."""
    of_the_plan = case.plan.milestone(_named_after(case, done)) is not None
    if done.undone or (of_the_plan and case.runs and done.at <= case.runs[-1].at):
        return False
    return not case.paid_up or done.step.startswith(_TOLD_WHEN_PAID)
