"""A life as a diary: what happened, day by day, in the customer's local time, with what was owed afterwards."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel

from dunning.calendar import local
from dunning.case import Case, Done
from dunning.describe import clock
from dunning.ledger import MONEY_IN, Entry, Kind, balance, find
from dunning.levels import Level
from dunning.machine import Wait, decide
from dunning.money import Money
from dunning.plan import LEVEL_OF, Action
from sandbox.doors import Told
from sandbox.play import Life

_DEEDS = {
    (Action.ISSUE, ""): "invoice issued",
    (Action.NOTIFY, ""): "notice sent",
    (Action.CHARGE, "charged"): "charged {detail}",
    (Action.CHARGE, "declined"): "charge declined ({detail})",
    (Action.CHARGE, "no_method"): "not charged: no payment method on file",
    (Action.LATE_FEE, ""): "late fee: {amount}",
    (Action.WARN_ADMINS, ""): "owners warned at login",
    (Action.LOCK, ""): "locked",
    (Action.SUSPEND, ""): "suspended",
    (Action.DEACTIVATE, ""): "marked inactive",
    (Action.DELETE, ""): "deleted",
    (Action.DELETE_BACKUPS, ""): "back-ups deleted",
    (Action.CREDIT, ""): "{amount} kept as credit",
    (Action.REFUND, "refunded"): "{detail} given back",
    (Action.REFUND, "declined"): "refund declined ({detail})",
    (Action.REINSTATE, ""): "reinstated ({detail})",
    (Action.TICKET, ""): "ticket: {detail}",
    (Action.CLOSE, ""): "books closed: {detail}",
}
"""What each step is called, by action and result; an empty result stands for any other."""


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
            continue  # nothing was restricted, so nothing was given back
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
    written = {done.step: _written_by(case, done) for done in case.done}
    received = {told.payment: find(case.entries, told.payment, MONEY_IN) for told in reversed(life.told)}
    tied = {entry.id for entries in written.values() for entry in entries} | set(received)
    for told in life.told:
        yield _door(told, received.pop(told.payment, None))
    for entry in case.entries[1:]:
        if entry.id not in tied:
            yield _Fact(at=entry.at, what=_entry(entry), entries=(entry,))
    for done in case.done:
        yield _Fact(
            at=done.at,
            what=_deed(done, written[done.step]),
            notice=subjects.get(done.detail, ""),
            entries=written[done.step],
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


def _entry(entry: Entry) -> str:
    return f"{entry.kind.value.replace('_', ' ')} {entry.amount}"


def _written_by(case: Case, done: Done) -> tuple[Entry, ...]:
    """The ledger entries that a step wrote."""
    ids = {done.step, f"{done.step}:reactivation-fee", f"{done.step}:void"}
    ids |= {a.payment for a in case.attempts if a.step == done.step and a.payment}
    return tuple(entry for entry in case.entries if entry.id in ids)


def _deed(done: Done, entries: tuple[Entry, ...]) -> str:
    if done.kind == "undelivered":
        return f"{done.step} could not be delivered: {done.detail}"
    if done.kind == "not_ours":
        return f"{done.step} left out: {done.detail}"
    amount = str(entries[0].amount) if entries else "nothing"
    words = _DEEDS.get((done.action, done.kind)) or _DEEDS.get((done.action, "")) or done.step
    extra = [_entry(e) for e in entries if e.kind in (Kind.REACTIVATION_FEE, Kind.VOID)]
    return ", ".join([words.format(detail=done.detail, amount=amount), *extra])
