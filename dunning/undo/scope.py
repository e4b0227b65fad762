"""What a wrong run of ours did to a customer, and what of it would be undone: the rules behind `dunning.undo.undo`.

Of that time go the plan's restrictions, notices and fees, and a void by policy. A consequence after it goes with the
warnings that it rested on, because nobody may suffer on a warning that does not count (promise 3).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from dunning.case.case import Case, Done, UndoneRun
from dunning.case.facts import Undo
from dunning.case.ledger import FEES, Entry, Kind
from dunning.level import Level, strictest
from dunning.money import Money
from dunning.notices.warnings import delivered_before, told_of
from dunning.policy.plan import CONSEQUENCES, DELETIONS, LEVEL_OF, Action, Milestone
from dunning.policy.step_names import read

TAKEN = (*(action for action in LEVEL_OF if action not in DELETIONS), Action.LATE_FEE, Action.NOTIFY)
"""What is undone of the plan's steps."""
_WROTE = ("delivered", "undelivered", "bounced")


def scope(case: Case, undo: Undo, now: datetime) -> UndoneRun:
    """What would be undone; `is_empty` when it finds nothing, or nothing is payable any more."""
    untouched = _nothing(case, undo, now)
    if case.voided or case.renewed:
        return untouched
    gone = case.level is Level.DELETED
    steps = () if gone else _steps(case, undo)
    back_to = case.level if gone else min(case.level, _level(case, steps), key=lambda level: level.rank)
    void = None if gone else _void(case, undo, steps)
    fees = () if case.lapsed and void is None else tuple(_fees(case, undo, steps))
    owed_again = void.amount if void else untouched.owed_again
    return untouched.model_copy(
        update={
            "steps": steps,
            "back_to": back_to,
            "entries": (*(fee.id for fee in fees), *((void.id,) if void else ())),
            "fees": sum((fee.amount for fee in fees), start=untouched.fees),
            "owed_again": owed_again,
            "pending": _pending(case, undo, gone=bool(untouched.deletions)),
        }
    )


def _nothing(case: Case, undo: Undo, now: datetime) -> UndoneRun:
    none = Money.zero(case.balance.currency)
    in_time = [done for done in case.done if _in(undo, done.at)]
    paid = {attempt.step: attempt.payment for attempt in case.attempts}
    charges = [done for done in in_time if done.action is Action.CHARGE and done.kind == "charged"]
    return UndoneRun(
        undo=undo,
        at=now,
        level=case.level,
        back_to=case.level,
        fees=none,
        owed_again=none,
        charges=tuple(f"{done.step} {done.detail} ({paid.get(done.step) or 'no id'})" for done in charges),
        deletions=tuple(done.step for done in in_time if done.action in DELETIONS and done.kind == "deleted"),
    )


def _steps(case: Case, undo: Undo) -> tuple[str, ...]:
    """The steps that count no more, in the order in which they happened."""
    taken = {done.step for done in case.done if _in(undo, done.at) and _is_taken(case, done)}
    for milestone in case.plan.milestones:
        if _rested_on(case, milestone, taken, undo.since):
            taken.add(milestone.name)
        if milestone.name in taken:
            taken.add(told_of(milestone))
    if taken:  # a repeated warning must not keep the name that the next one will have
        taken |= {done.step for done in case.done if _is_repeat(done) and _is_taken(case, done)}
    return tuple(done.step for done in case.done if done.step in taken and not done.undone)


def _is_repeat(done: Done) -> bool:
    name = read(done.step)
    return bool(name.again or name.bounced)


def _is_taken(case: Case, done: Done) -> bool:
    """Whether it is a restriction, a fee or a notice of the plan that really happened."""
    milestone = case.plan.milestone(read(done.step).milestone)
    if milestone is None or done.undone or milestone.action is Action.ISSUE:
        return False
    if done.action is Action.NOTIFY:
        return done.kind in _WROTE
    return done.action in TAKEN and done.kind in ("restricted", "noted")


def _rested_on(case: Case, milestone: Milestone, taken: set[str], since: datetime) -> bool:
    """Whether a consequence since then had no other warnings than such as count no more (promise 3)."""
    done = case.steps_done.get(milestone.name)
    if done is None or done.at < since or milestone.action not in CONSEQUENCES or case.plan.unwarned:
        return False
    warnings = [warned.done.step for warned in delivered_before(case, milestone)]
    return bool(warnings) and _is_taken(case, done) and taken.issuperset(warnings)


def _level(case: Case, without: Iterable[str]) -> Level:
    """What this invoice's hold would ask for without those steps."""
    level, left_out = case.moved_in.level if case.moved_in else Level.ACTIVE, set(without)
    for done in case.done:
        if done.action is Action.REINSTATE:
            level = Level.ACTIVE
        elif done.kind in ("restricted", "deleted") and not done.undone and done.step not in left_out:
            level = strictest([level, LEVEL_OF.get(done.action, level)])
    return level


def _fees(case: Case, undo: Undo, steps: tuple[str, ...]) -> Iterator[Entry]:
    """The fees of that time, or of those steps, that nobody has waived."""
    waived = {entry.of for entry in case.entries if entry.kind is Kind.WAIVER}
    for entry in case.entries:
        if entry.kind in FEES and entry.id not in waived and (_in(undo, entry.at) or read(entry.id).milestone in steps):
            yield entry


def _void(case: Case, undo: Undo, steps: tuple[str, ...]) -> Entry | None:
    """The void by policy that is undone: the last one, while it stands."""
    if not case.lapsed:
        return None
    entry = next(entry for entry in reversed(case.entries) if entry.kind is Kind.VOID)
    return entry if _in(undo, entry.at) or read(entry.id).milestone in steps else None


def _pending(case: Case, undo: Undo, *, gone: bool) -> str:
    """The consequence that was due in that time and is not done: it may be under way, or waits for somebody.

    When the services are gone by that run, also the deletion of their back-ups, whenever that is due.
    """
    coming = case.next_milestone
    if coming is None or case.paid_up or coming.action not in (*CONSEQUENCES, Action.WARN_ADMINS):
        return ""
    return coming.name if gone or _in(undo, case.when(coming)) else ""


def _in(undo: Undo, at: datetime) -> bool:
    return undo.since <= at <= undo.until
