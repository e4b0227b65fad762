"""What a notice tells beside its title: the payment that it is about, why a charge failed, what comes next and when."""

from datetime import datetime

from dunning.calendar import shifted
from dunning.case.case import Case
from dunning.case.catch_up import days_late
from dunning.case.ledger import TAKEN_BACK, Entry, find
from dunning.notices.bounced import notice_of
from dunning.notices.confirmations import confirmed_by
from dunning.notices.warnings import delivered_before, told, warnings_before
from dunning.payments.retries import concluded
from dunning.policy.plan import CONSEQUENCES, Action, Milestone


def comes_at(case: Case, notice: Milestone, coming: Milestone, now: datetime) -> datetime:
    """When the next step comes once this notice is out: its lateness moves it, and a warning's interval begins now."""
    at = shifted(case.when(coming), days_late(case, notice, now) or _days_held(case, now), case.plan.zone)
    warning = case.plan.milestone(notice.name.split(":again:")[0].removesuffix(":told"))
    if warning and warning.warns and coming.action in CONSEQUENCES:
        at = max(at, now + (coming.at - warning.at))
    elif warning is None and _is_warned_of_anew(case, coming):
        at = max(at, now) + (coming.at - warnings_before(case, coming)[-1].at)
    return max(at, now)


def _is_warned_of_anew(case: Case, coming: Milestone) -> bool:
    """After an undo no earlier warning counts: where the plan has none left before the step, one is repeated."""
    if not case.runs or case.plan.unwarned or coming.action not in CONSEQUENCES:
        return False
    warnings = warnings_before(case, coming)
    to_come = any(told(warning) not in case.steps_done for warning in warnings)
    return bool(warnings) and not to_come and not delivered_before(case, coming)


def _days_held(case: Case, now: datetime) -> int:
    """Days by which the plan's next step is late, and moves all that follow, once the grace or promise is over."""
    ends = (case.grace_until, case.promised_until, case.held_until)
    first, held = case.next_milestone, [until for until in ends if until]
    return days_late(case, first, max(*held, now)) if first and held else 0


def money_told(case: Case, milestone: Milestone) -> tuple[Entry, ...]:
    """The payments that a confirmation is about, or the money that a notice about a reversal is about."""
    name = notice_of(milestone.name)
    if name.startswith("reversal:"):
        taken = find(case.entries, name.removeprefix("reversal:"), TAKEN_BACK)
        return (taken,) if taken else ()
    return confirmed_by(case, name)


def failure(case: Case, milestone: Milestone) -> str:
    """Why the charge failed that the notice is about, in words for the customer; empty for other notices."""
    charge = notice_of(milestone.name).removesuffix(":told")
    return next((a.message for a in case.attempts if a.step == charge), "")


def in_digest(case: Case, milestone: Milestone) -> bool:
    """Whether the notice waits for the account's others of that day: one that the plan dates may.

    A receipt, and what became of a charge, goes out at once.
    """
    dated = case.plan.milestone(notice_of(milestone.name).split(":again:")[0].removesuffix(":told"))
    return case.plan.digest and dated is not None and dated.action is not Action.CHARGE


def coming_after(case: Case, milestone: Milestone) -> Milestone | None:
    """What happens to the customer next if nothing is paid: the next step that is more than a notice."""
    if case.paid_up or case.lapsed:
        return None
    todo = (m for m in case.plan.milestones if m.name not in case.steps_done and m.name != milestone.name)
    deeds = (m for m in todo if m.action not in (Action.NOTIFY, Action.ISSUE))
    return next((m for m in deeds if m.action is not Action.CHARGE or concluded(case, m) is None), None)
