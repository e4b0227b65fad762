"""Warnings (promise 3): nobody suffers a consequence before a warning arrived and its full interval has passed."""

from dataclasses import replace
from datetime import datetime

from dunning.calendar import shifted
from dunning.case.case import Case, Done
from dunning.case.decisions import Perform, Step, Wait
from dunning.policy.plan import Action, Milestone
from dunning.policy.step_names import read, told


def told_of(milestone: Milestone) -> str:
    """The name of the step that writes to the customer for a milestone: itself when it is nothing but a notice."""
    return milestone.name if milestone.action is Action.NOTIFY else told(milestone.name)


def warnings_before(case: Case, milestone: Milestone) -> list[Milestone]:
    """The notices of the plan that warn of that step."""
    return [m for m in case.plan.milestones if m.warns and m.at < milestone.at]


def delivered_before(case: Case, milestone: Milestone) -> list[tuple[Milestone, Done]]:
    """The warnings before a consequence that reached the customer, repeats included.

    After a wrong run was undone the customer read that what we had written does not hold: it warns of nothing. Nor
    does what reached nobody who can still be written to once the consequence comes (S3-21).
    """
    found: list[tuple[Milestone, Done]] = []
    for warning in warnings_before(case, milestone):
        done = case.steps_done.get(told_of(warning))
        if done and done.kind == "delivered" and not _disregarded(case, done):
            found.append((warning, done))
        elif done and done.kind == "bounced":
            # It warned nobody. Whoever was written to instead has the whole interval from then.
            found += [(warning, again) for again in _repeated(case, warning)]
    if not found:
        last = warnings_before(case, milestone)[-1:]
        found = [(last[0], done) for done in _repeated(case, last[0])] if last else []
    return found


def _repeated(case: Case, warning: Milestone) -> list[Done]:
    return [done for done in case.done if _is_repeat(done, warning, "delivered") and not _disregarded(case, done)]


def _disregarded(case: Case, done: Done) -> bool:
    # In that very instant it is the answer to it: the warning that is written again at once.
    if case.unreached_at and done.at < case.unreached_at:
        return True
    return bool(case.runs) and (done.undone or done.at <= case.runs[-1].at)


def _written_again(case: Case, warning: Milestone) -> int:
    """How often it was written again, whatever became of that: each has a name of its own."""
    names = (read(done.step) for done in case.done if not done.undone)
    return sum(name.milestone == warning.name and bool(name.again or name.bounced) for name in names)


def _is_repeat(done: Done, warning: Milestone, kind: str) -> bool:
    name = read(done.step)
    return name.milestone == warning.name and bool(name.again or name.bounced) and done.kind == kind


def warn_again(case: Case, milestone: Milestone, now: datetime) -> Step:
    """No warning arrived: write again, once a day, until one does. Until then nobody is cut off."""
    warnings = warnings_before(case, milestone)
    if not warnings:
        return Wait(
            None, f"a warning before {milestone.name}", "this plan writes no warning before it; a person decides"
        )
    warning = warnings[-1]
    repeats = [done for done in case.done if _is_repeat(done, warning, "undelivered") and not done.undone]
    if repeats:
        again = shifted(repeats[-1].at, 1, case.plan.zone)
        if now < again:
            return Wait(again, f"{warning.name} again", f"no warning before {milestone.name} could be delivered")
    title = warning.notice or warning.notice_failed
    name = str(replace(read(warning.name), again=_written_again(case, warning) + 1))
    step = Milestone(name=name, action=Action.NOTIFY, at=now, day=warning.day, notice=title)
    return Perform(step, f"nobody may suffer {milestone.name} unwarned")
