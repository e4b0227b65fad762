"""Taking a wrong run back: a clock was set wrong, or a policy was, and customers suffered what they should not have.

What it did (`dunning.undo.scope`) counts no more and comes again in its turn. The service is reinstated though nothing
was paid; the customer is told to disregard what we wrote, so that no warning from before warns of anything any more
(`dunning.notices.warnings`); and for some days nothing happens. Charges stand, because money is returned by a
refund, and so do deletions, which a ticket reports.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dunning.calendar import instant, local
from dunning.case.case import Case, UndoneRun
from dunning.case.decisions import Perform, Step, follow_up
from dunning.case.facts import Undo
from dunning.case.ledger import FEES, Entry, Kind
from dunning.case.outcomes import DecisionOutcome
from dunning.case.update import changed, one_fact, with_entry
from dunning.level import Level, strictest
from dunning.policy.plan import DELETIONS, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import in_turn, read, step
from dunning.undo.scope import TAKEN, scope

CORRECTION = "Correction: Please Disregard Our Notice"
"""The title of the notice that says so."""
_LONGEST = timedelta(days=366)


def undo_refused(undo: Undo) -> str:
    """Why that cannot be an undo; whether it finds anything is no reason."""
    if undo.until < undo.since:
        return f"it would end ({undo.until.isoformat()}) before it begins ({undo.since.isoformat()})"
    return "" if undo.until - undo.since <= _LONGEST else "a wrong run is not longer than a year: name a shorter time"


@one_fact
def undone(case: Case, undo: Undo, now: datetime) -> Case:
    """The case once the run is undone at `now`; the same case for an undo of that id, or one that finds nothing."""
    if any(run.undo.id == undo.id for run in case.runs):
        return case
    run = scope(case, undo, now)
    if run.is_empty:
        return case
    # Who had agreed to a step agreed to another state of affairs.
    held = changed(case, approvals=(), held_until=_held(case, undo, now))
    return _written(held, run, (*case.runs, run), now)


def undo_outcome(before: Case, undo: Undo, after: Case) -> DecisionOutcome:
    """What the caller of the update hears."""
    if any(run.undo.id == undo.id for run in before.runs):
        return "already undone"
    return "nothing to undo" if after is before else "undone"


def late(case: Case, milestone: Milestone, now: datetime) -> Case:
    """A step that was under way when the run was undone has just been recorded: it goes the same way."""
    if not case.runs or case.held_until is None or now >= case.held_until or not _of_the_plan(case, milestone):
        return case
    last = case.runs[-1]
    more = scope(case, last.undo.model_copy(update={"since": now, "until": now}), now)
    if not (more.steps or more.entries or more.deletions):
        return case
    together = last.model_copy(
        update={
            "steps": tuple(dict.fromkeys((*last.steps, *more.steps))),
            "entries": (*last.entries, *more.entries),
            "fees": last.fees + more.fees,
            "owed_again": last.owed_again + more.owed_again,
            "level": strictest([last.level, more.level]),
            "deletions": tuple(dict.fromkeys((*last.deletions, *more.deletions))),
        }
    )
    return _written(case, more, (*case.runs[:-1], together), now)


def called_off(case: Case, milestone: Milestone, ordered: datetime) -> bool:
    """Whether the step was ordered before a run was undone, so that it must not be tried again."""
    if not case.runs or ordered > case.runs[-1].at or case.held_until is None:
        return False
    return _of_the_plan(case, milestone)


def loosened(case: Case, now: datetime) -> Step | None:
    """Before anything else the services go back to what they were before the run."""
    if case.loosen_to is None or case.level is Level.DELETED or case.paid_up:
        return None
    loosen = follow_up(step(StepKind.LOOSEN, case.runs[-1].undo.id), now)
    return Perform(loosen, f"a wrong run of ours is undone: {case.level.value} was a mistake")


def told_of_undoing(case: Case) -> Iterator[tuple[str, str]]:
    """The follow-ups: a person hears of deletions, credit pays for what is owed again, the customer is told."""
    for run in case.runs:
        if run.deletions:
            yield step(StepKind.UNDO_DELETED, run.undo.id), ""
        if run.owed_again.minor > 0 and case.plan.uses_credit and not case.paid_up and not case.lapsed:
            yield step(StepKind.USE_CREDIT_AFTER_UNDO, run.undo.id), ""
        if run.steps:
            yield step(StepKind.UNDO, run.undo.id), CORRECTION


def fresh_id(case: Case, entry: str) -> str:
    """The id of a fee or void that comes again after it was undone: `late-fee`, then `late-fee:2`."""
    before = sum(in_turn(each, 1) == entry for run in case.runs for each in run.entries)
    return in_turn(entry, before + 1)


def struck_out(case: Case, entry: Entry) -> bool:
    """Whether that line is of a run that was undone."""
    return any(entry.id in run.entries for run in case.runs)


def _written(case: Case, run: UndoneRun, runs: tuple[UndoneRun, ...], now: datetime) -> Case:
    steps, note = set(run.steps), f"undo {run.undo.id}"
    story = tuple(done.model_copy(update={"undone": True}) if done.step in steps else done for done in case.done)
    entries = {entry.id: entry for entry in case.entries if entry.id in run.entries}
    loosen_to = run.back_to if run.back_to.rank < run.level.rank else case.loosen_to
    case = changed(case, done=story, runs=runs, loosen_to=loosen_to)
    for fee in (entry for entry in entries.values() if entry.kind in FEES):
        case = with_entry(
            case,
            Entry(id=step(StepKind.WAIVE, fee.id), kind=Kind.WAIVER, amount=fee.amount, at=now, of=fee.id, note=note),
        )
    for void in (entry for entry in entries.values() if entry.kind is Kind.VOID):
        back = Entry(
            id=step(StepKind.UNVOID, void.id), kind=Kind.UNVOIDED, amount=void.amount, at=now, of=void.id, note=note
        )
        case = changed(with_entry(case, back), lapsed=False)
    return case


def _held(case: Case, undo: Undo, now: datetime) -> datetime:
    hour = local(case.plan.milestones[0].at, case.plan.zone).time()
    until = instant(case.today(now) + timedelta(days=undo.hold_days), hour, case.plan.zone)
    return max(until, case.held_until or until)


def _of_the_plan(case: Case, milestone: Milestone) -> bool:
    """A step of the plan that harms or warns, or a repeated warning; no notice about something that happened."""
    name = read(milestone.name)
    return bool(case.plan.milestone(name.milestone)) and not name.told and milestone.action in (*TAKEN, *DELETIONS)
