"""Warnings (promise 3): nobody suffers a consequence that was not announced, with its date and fee, by a notice.

A warning is a notice on or after the due date whose own words announce *that* consequence: the case keeps with each
notice that arrived what it announced. The consequence waits for the full interval since, and for the announced date.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from dunning.calendar import shifted
from dunning.case.announced import Announced, Announcement
from dunning.case.case import Case, Done
from dunning.case.decisions import Perform, Step, Wait
from dunning.case.exempt import lasted
from dunning.money import Money
from dunning.policy.plan import EXEMPTED, Action, Milestone
from dunning.policy.step_names import StepName, read, told


class Warned(NamedTuple):
    """A notice that arrived, `done`; the milestone that it belongs to, and what it said of a consequence."""

    milestone: Milestone
    done: Done
    said: Announced


def told_of(milestone: Milestone) -> str:
    """The name of the step that writes to the customer for a milestone: itself when it is nothing but a notice."""
    return milestone.name if milestone.action is Action.NOTIFY else told(milestone.name)


def warns_of(case: Case, notice: Milestone) -> tuple[str, ...]:
    """The consequences that a notice announces: those of the milestone that it belongs to, also when it is repeated."""
    milestone = case.plan.milestone(read(notice.name).milestone)
    return milestone.warns_of if milestone else ()


def warnings_before(case: Case, milestone: Milestone) -> list[Milestone]:
    """The milestones of the plan whose notices warn of that step."""
    return [m for m in case.plan.milestones if milestone.name in m.warns_of]


def announced_now(case: Case, steps: tuple[Announced, ...]) -> Announcement | None:
    """What a notice that is written now announces of these steps; None when it names none."""
    if not steps:
        return None
    return Announcement(
        steps=steps, lines=len(case.entries), due_changes=case.due_changes, exemptions=len(case.exemptions)
    )


def delivered_before(case: Case, milestone: Milestone) -> list[Warned]:
    """The warnings of a consequence that reached the customer and still count, repeats included.

    None counts that came before the due date, before everything was paid or the due date moved, or that a correction
    took back (`dunning.undo`); nor does what names a day that an exemption has moved since, or what reached nobody who
    can still be written to once the consequence comes (S3-21).
    """
    warnings = (warned for warned in _all_of(case, milestone) if not _disregarded(case, warned.done))
    return [warned for warned in warnings if not exempted_since(case, milestone, warned.done.announced)]


def _all_of(case: Case, milestone: Milestone) -> Iterator[Warned]:
    for done in case.done:
        said = done.announced.of(milestone.name) if done.announced and done.kind == "delivered" else None
        warning = case.plan.milestone(read(done.step).milestone) if said else None
        if said and warning and not done.undone:
            yield Warned(warning, done, said)


def _disregarded(case: Case, done: Done) -> bool:
    said = done.announced
    if said and (said.lines < case.settled_at or said.due_changes < case.due_changes):
        return True
    if case.today(done.at) < case.invoice.due:
        return True
    # In that very instant it is the answer to it: the warning that is written again at once.
    if case.unreached_at and done.at < case.unreached_at:
        return True
    return bool(case.runs) and done.at <= case.runs[-1].at


def exempted_since(case: Case, milestone: Milestone, announced: Announcement | None) -> bool:
    """Whether an exemption that came after a notice was written, or ended before its time, moves the day that it named.

    The notice announced these steps; the consequence is of the case's own plan.
    """
    said = announced.of(milestone.name) if announced else None
    if announced is None or said is None or announced.exemptions == len(case.exemptions):
        return False
    later = lasted(case.exemptions, announced.exemptions)
    if milestone.action in EXEMPTED and later and said.at < later:
        return True
    known = case.exemptions[: announced.exemptions][-1:]
    ended = [each for each in known if case.exempt_until and case.exempt_until < each.until <= said.at]
    return bool(ended) and case.when(milestone) < said.at


def announced_at(case: Case, milestone: Milestone) -> list[tuple[datetime, Milestone]]:
    """For each warning of a consequence: the instant before which it may not come, and the warning.

    That is the announced date, and the end of the plan's whole interval since the notice arrived. Where outages moved
    the date it is asked for before that, and put off until then.
    """
    return [
        (max(each.said.asked or each.said.at, each.done.at + (milestone.at - each.milestone.at)), each.milestone)
        for each in delivered_before(case, milestone)
    ]


def named_day(case: Case, milestone: Milestone) -> datetime | None:
    """The last day that a warning named for it; it does not come before."""
    return max((each.said.at for each in delivered_before(case, milestone)), default=None)


def as_announced(case: Case, milestone: Milestone, fee: Money) -> Money:
    """The fee that a step may bring: the one of the policy, and no more than any of its warnings named."""
    if case.plan.unwarned:
        return fee
    nothing = Money.zero(fee.currency)
    named = [each.said.fee or nothing for each in delivered_before(case, milestone)]
    return min((fee, *named), key=lambda money: money.minor)


def missed(case: Case, notice: Milestone) -> datetime | None:
    """When the notice was written last that this one repeats because it did not arrive; None when this is no repeat."""
    name = read(notice.name)
    if not (name.again or name.bounced):
        return None
    lost = [done.at for done in case.done if _subject(done) == name.base and done.kind in ("undelivered", "bounced")]
    return lost[-1] if lost else None


def _subject(done: Done) -> StepName:
    return read(done.step).base


def _written_again(case: Case, warning: Milestone) -> int:
    """How often it was written again, whatever became of that: each has a name of its own."""
    return sum(_is_repeat(done, warning) for done in case.done if not done.undone)


def _is_repeat(done: Done, warning: Milestone) -> bool:
    name = read(done.step)
    return name.milestone == warning.name and bool(name.again or name.bounced)


def _again_at(case: Case, warning: Milestone, now: datetime) -> datetime:
    """A day after the last time, and not before the due date: what is written earlier warns of nothing."""
    due = shifted(now, max(0, (case.invoice.due - case.today(now)).days), case.plan.zone)
    repeats = [done.at for done in case.done if _is_repeat(done, warning) and not done.undone]
    return max(due, shifted(repeats[-1], 1, case.plan.zone)) if repeats else due


def warn_again(case: Case, milestone: Milestone, now: datetime) -> Step:
    """No warning arrived, or none counts any more: write again, once a day, until one does, and cut nobody off."""
    warnings = warnings_before(case, milestone)
    if not warnings:
        return Wait(
            None, f"a warning before {milestone.name}", "this plan writes no warning before it; a person decides"
        )
    warning = warnings[-1]
    again = _again_at(case, warning, now)
    if now < again:
        return Wait(again, f"{warning.name} again", f"no warning of {milestone.name} that counts was delivered")
    name = str(replace(read(warning.name), again=_written_again(case, warning) + 1))
    step = Milestone(name=name, action=Action.NOTIFY, at=now, day=warning.day, notice=case.plan.repeated_warning)
    return Perform(step, f"nobody may suffer {milestone.name} unwarned")
