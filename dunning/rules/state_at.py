"""What time adds to a case's state, for whoever reads it now: a promise, a due date that is over, people to ask."""

from datetime import datetime

from dunning.case.case import Case
from dunning.case.decisions import Wait
from dunning.case.state import missing_approvals, state
from dunning.rules.machine import decide
from dunning.states import StateAt


def state_at(case: Case, now: datetime) -> StateAt:
    """One word for people, as of `now` (UTC). Never store it: it changes while nothing happens."""
    word = state(case)
    if word not in ("scheduled", "open", "lapsed"):
        return word
    if case.promised_until and now < case.promised_until:
        return "promised"
    if _waits_for_people(case, now):
        return "awaiting-approval"
    return "overdue" if word != "lapsed" and case.overdue_days(now) else word


def _waits_for_people(case: Case, now: datetime) -> bool:
    coming = case.next_milestone
    if coming is None or not missing_approvals(case, coming):
        return False
    step = decide(case, now)
    return isinstance(step, Wait) and step.missing > 0
