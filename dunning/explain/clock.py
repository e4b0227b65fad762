"""What the times of a case mean, and what moved or holds its steps: the clock's part of the "why" receipt."""

from collections.abc import Iterator
from datetime import datetime

from dunning.case.case import Case
from dunning.case.catch_up import days_late
from dunning.case.update import changed
from dunning.explain.temporal_ui import clock
from dunning.rules.hints import paused_until


def clock_of(case: Case, now: datetime) -> Iterator[str]:
    """Zone and time, the due date, and by how many days what moved the steps to come."""
    yield f"times are those of {case.plan.zone}; the case's own time is {clock(case, now)}"
    yield f"due {case.invoice.due}" + (f", changed {case.due_changes} time(s)" if case.due_changes else "")
    if case.shift_days:
        yield f"steps moved by {case.shift_days:+d} day(s): {'; '.join(_moved_by(case))}"


def _moved_by(case: Case) -> Iterator[str]:
    """A changed due date, and each step that was late since, found again as `dunning.case.catch_up` found it."""
    moved = case.due_days
    if moved:
        yield f"{moved:+d} day(s) by a changed due date"
    for done in case.done:
        if case.due_changed_at and done.at <= case.due_changed_at:
            continue
        milestone = case.plan.milestone(done.step)
        days = days_late(changed(case, shift_days=moved), milestone, done.at) if milestone else 0
        if days and done.kind not in ("skipped", "elsewhere"):
            yield f"{done.step} came {days} day(s) late, on {clock(case, done.at)}, and all later steps with it"
            moved += days
    if moved != case.shift_days:
        yield f"{case.shift_days - moved:+d} day(s) by steps that were undone"


def waits_of(case: Case, *, for_customer: bool) -> Iterator[str]:
    """Promises, graces, holds and deferrals, with their ends and their reasons."""
    if case.promised_until:
        yield f"a promise to pay held everything until {clock(case, case.promised_until)}"
    if case.grace_until:
        yield f"money was taken back ({case.grace_of}): grace until {clock(case, case.grace_until)}"
    if case.held_until:
        yield f"a wrong run of ours was undone: nothing happens until {clock(case, case.held_until)}"
    if paused := paused_until(case):
        yield f"money was told of without a signature: nothing happens until {clock(case, paused)}"
    for each in case.exemptions:
        if each.until > each.at:
            yield f"an exemption held consequences until {clock(case, each.until)}"
    for each in case.deferrals:
        why = "" if for_customer else f": {each.reason}"
        yield f"{each.step} was put off until {clock(case, each.until)}{why}"
    for name in case.remaining_holds:
        yield f"the services stay restricted by another reason: {name}"
