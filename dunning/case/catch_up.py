"""The catch-up rule (promise 4): a step done late moves all later ones by whole days."""

from datetime import datetime

from dunning.calendar import shifted
from dunning.case.announced import Announcement
from dunning.case.case import LATE, Case, Done
from dunning.case.outcomes import Ended
from dunning.case.update import changed
from dunning.policy.plan import Action, Milestone


def with_done(
    case: Case,
    milestone: Milestone,
    now: datetime,
    kind: Ended,
    detail: str = "",
    *,
    proof: str = "",
    announced: Announcement | None = None,
) -> Case:
    """The case once the step is over; what comes after it moves by the days that it was late."""
    notice = milestone.notice if milestone.action in (Action.ISSUE, Action.NOTIFY) else ""
    done = Done(
        step=milestone.name,
        action=milestone.action,
        at=now,
        kind=kind,
        detail=detail,
        notice=notice,
        proof=proof,
        announced=announced,
    )
    return changed(case, done=(*case.done, done), shift_days=case.shift_days + days_late(case, milestone, now))


def days_late(case: Case, milestone: Milestone, now: datetime) -> int:
    """Whole days by which a step done at `now` moves everything after it.

    Downtime is ours, not the customer's, so each interval between a warning and its consequence is kept: the days are
    rounded up and the local hour stays. Lateness up to `LATE` moves nothing; follow-ups that no policy dates move
    nothing either. A case that was opened after its first steps' days is not late with them: the due date stands.
    """
    if case.plan.milestone(milestone.name) is None:
        return 0
    planned = case.when(milestone)
    if _comes_before_it_is_due(milestone):
        planned = max(planned, case.opened_at, case.due_changed_at or case.opened_at)
    if now - planned <= LATE:
        return 0
    days = (now - planned).days
    while shifted(planned, days, case.plan.zone) < now - LATE:
        days += 1
    return days


def _comes_before_it_is_due(milestone: Milestone) -> bool:
    """The invoice, and what is friendly before the due date: no warning, and nothing that restricts anybody."""
    friendly = milestone.action in (Action.NOTIFY, Action.CHARGE) and not milestone.warns_of
    return milestone.action is Action.ISSUE or (friendly and milestone.day < 0)
