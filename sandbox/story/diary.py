"""A life as a diary: what happened, day by day, in the customer's local time, with what was owed afterwards."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel

from dunning.calendar import local
from dunning.case.case import Case, Done
from dunning.case.decisions import Wait
from dunning.case.ledger import MONEY_IN, Entry, Kind, balance, find
from dunning.explain.temporal_ui import clock
from dunning.explain.words import deed, line_of, lines_by
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import LEVEL_OF, Action
from dunning.rules.machine import decide
from sandbox.story.people import Told
from sandbox.story.play import Life


class Line(BaseModel):
    """One thing that happened. `at` is local, `day` counts from the due date; `owed` and `level` are as of then."""

    at: datetime
    day: int
    clock: str
    what: str
    notice: str
    owed: Money
    level: Level

    def text(self) -> str:
        """`day +10 · Fri 11 Dec 2026 09:00 EST · suspended · owed USD 19.99 · suspended`."""
        mail = f'"{self.notice}"' if self.notice else ""
        owed = f"owed {self.owed}" if self.owed.minor >= 0 else f"{-self.owed} too much"
        parts = (f"day {self.day:+d}", self.clock, self.what, mail, owed, self.level.value)
        return " · ".join(part for part in parts if part)


class _Fact(BaseModel):
    """Something that happened, with the ledger entries that it wrote and the level that it brought."""

    at: datetime
    what: str
    notice: str = ""
    entries: tuple[Entry, ...] = ()
    level: Level | None = None


def diary(life: Life) -> list[Line]:
    """All that happened, in order."""
    case, lines = life.case, list[Line]()
    entries, level = case.entries[:1], Level.ACTIVE
    for fact in sorted(_facts(life), key=lambda fact: fact.at):
        if fact.level is Level.ACTIVE is level:
            continue  # nothing was restricted, so nothing was reinstated
        entries, level = (*entries, *fact.entries), fact.level or level
        owed = balance(entries, case.invoice.amount.currency)
        lines.append(_line(case, fact, owed, level))
    return lines


def waits_for(life: Life) -> str:
    """What an open case waits for; empty when it ended."""
    step = decide(life.case, life.now)
    if life.outcome or not isinstance(step, Wait):
        return ""
    return f"{step.coming}{f' on {clock(life.case, step.until)}' if step.until else ''}: {step.why}"


def _line(case: Case, fact: _Fact, owed: Money, level: Level) -> Line:
    at = local(fact.at, case.plan.zone)
    day, shown = (at.date() - case.invoice.due).days, clock(case, fact.at)
    return Line(at=at, day=day, clock=shown, what=fact.what, notice=fact.notice, owed=owed, level=level)


def _facts(life: Life) -> Iterator[_Fact]:
    case = life.case
    subjects = {notice.id: notice.content.subject for notice in life.notices}
    wrote = {done.step: lines_by(case, done) for done in case.done}
    received = {told.payment: find(case.entries, told.payment, MONEY_IN) for told in reversed(life.told)}
    tied = {entry.id for entries in wrote.values() for entry in entries} | set(received)
    for told in life.told:
        yield _door(told, received.pop(told.payment, None))
    for entry in case.entries[1:]:
        if entry.id not in tied:
            yield _Fact(at=entry.at, what=line_of(entry), entries=(entry,))
    for each in case.deferrals:
        if milestone := case.plan.milestone(each.step):
            yield _Fact(at=milestone.at, what=f"{each.step} waits until {clock(case, each.until)}: {each.reason}")
    for done in case.done:
        yield _Fact(
            at=done.at,
            what=deed(case, done),
            notice=subjects.get(done.detail, ""),
            entries=wrote[done.step],
            level=_level_after(done),
        )


def _level_after(done: Done) -> Level | None:
    if done.action is Action.REINSTATE:
        return Level.ACTIVE
    return LEVEL_OF.get(done.action) if done.kind in ("restricted", "deleted") else None


def _door(told: Told, entry: Entry | None) -> _Fact:
    words = told.what
    if told.refused:
        words += f": refused, {told.refused}"
    elif told.payment and entry is None:
        words += ", already counted"
    elif entry and entry.kind is Kind.PARKED:
        words += f", kept as credit: {entry.note}"
    return _Fact(at=told.at, what=words, entries=(entry,) if entry else ())
