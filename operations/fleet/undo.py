"""Undoing what a wrong run did to many customers, once, and writing it all down."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from dunning.case.case import Case
from dunning.case.facts import Undo
from dunning.ports.cases import Cases, CaseSaysNoError, Listed, NoCaseError, Wanted
from dunning.ports.invoices import Invoices
from dunning.ports.outages import OutageError
from dunning.ports.tickets import Tickets
from dunning.records.inbox import News
from dunning.undo.report import TouchedCase, not_undoable_ticket, touched_case, undo_id, undo_record
from dunning.undo.undo import undo_refused
from operations.errors import RefusedError, refusal
from operations.kept import KeptFirst

AT_ONCE = 20
"""So many cases are asked at the same time."""


class UndoRecords(Invoices, Tickets, Protocol):
    """The books of cases that ended, and where the undo is written down."""


@dataclass(frozen=True)
class WrongRun:
    """What happened from `since` to `until`, as each case's own clock shows it, under `policy` (empty: under any).

    For `hold_days` nothing happens afterwards. An empty `id` derives from times and policy: the same words are the same
    undo, and each case is undone once. `only`: these cases alone, to which a person agreed (None: nobody was asked).
    """

    since: datetime
    until: datetime
    policy: str = ""
    id: str = ""
    by: str = ""
    reason: str = ""
    hold_days: int = 7
    only: Collection[str] | None = None


@dataclass(frozen=True)
class Undone:
    """The undo as it was brought to the cases, and what became of each that the run touched, by number."""

    undo: Undo
    rows: Sequence[TouchedCase]

    @property
    def failed(self) -> bool:
        """Whether a case could not be asked: the same request again does the rest."""
        return any(row.outcome == "failed" for row in self.rows)


class UndoRun:
    """Asks each case, and undoes what the same rule says in a dry run. `clock` is the wall's."""

    def __init__(self, store: UndoRecords, cases: Cases, kept: KeptFirst, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._cases = cases
        self._kept = kept
        self._clock = clock

    async def undo(self, wrong: WrongRun, *, dry_run: bool = False) -> Undone:
        """Undo the run, or only say what would be undone. Safe to repeat: each case is undone once per id.

        What cannot be undone becomes a ticket, and the whole is written down in another. Raises RefusedError for a run
        that makes no sense, and when nobody says who undoes it, or why; OutageError while the cases cannot be listed.
        """
        undo = undo_of(wrong, dry_run=dry_run)
        rows = await self._every(undo, wrong, dry_run=dry_run)
        if not dry_run:
            await self._write_down(rows, undo, wrong.policy)
        return Undone(undo, rows)

    async def _every(self, undo: Undo, wrong: WrongRun, *, dry_run: bool) -> list[TouchedCase]:
        """All cases that the run touched, a few at a time."""
        rows, waiting = dict[str, TouchedCase](), asyncio.Queue[Listed | None](AT_ONCE)

        async def work() -> None:
            while found := await waiting.get():
                if wrong.only is None or found.invoice in wrong.only:
                    await self._add(found, undo, rows, dry_run=dry_run)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(work())
                await _fill(waiting, self._cases.listed(Wanted(policy=wrong.policy, ended=True)))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return [rows[number] for number in sorted(rows)]

    async def _add(self, found: Listed, undo: Undo, rows: dict[str, TouchedCase], *, dry_run: bool) -> None:
        number, closed = found.invoice, not found.running
        if closed and number in rows:
            return  # an earlier life of a case that runs again
        try:
            row = await self._one(number, undo, closed=closed, dry_run=dry_run)
        except (CaseSaysNoError, OutageError) as error:  # the others are undone all the same
            row = TouchedCase(invoice=number, outcome="failed", detail=_line(number, error))
        if row and not (closed and number in rows):
            rows[number] = row

    async def _one(self, number: str, undo: Undo, *, closed: bool, dry_run: bool) -> TouchedCase | None:
        case = await self._case(number, closed=closed)
        row = touched_case(case, undo, self._clock(), closed=closed) if case else None
        if row is None or row.outcome != "would undo" or dry_run:
            return row
        try:
            news = News(invoice=number, decision=undo, update=f"undo-{undo.id}")
            answer = await self._kept.give(news, lambda kept: self._cases.tell(number, undo, kept.update))
        except NoCaseError:  # it has ended meanwhile
            return await self._one(number, undo, closed=True, dry_run=dry_run)
        except OutageError:  # it may have heard it all the same, and then its customer is written to
            outcome = "undone"
            if (again := await self._heard(number, undo)) is None:
                raise
        else:
            outcome = "undone" if answer.outcome == "undone" else "already undone"
            again = await self._heard(number, undo)
        return again.model_copy(update={"outcome": outcome}) if again else row.model_copy(update={"outcome": outcome})

    async def _heard(self, number: str, undo: Undo) -> TouchedCase | None:
        """What the case says that was undone; None when it has not heard of the undo, or does not answer."""
        try:
            again = touched_case(await self._cases.ask(number), undo, self._clock(), closed=False)
        except (OutageError, NoCaseError):
            return None
        return again if again and again.outcome == "already undone" else None

    async def _case(self, number: str, *, closed: bool) -> Case | None:
        """The facts; of a case that ended, those that its books were closed with."""
        ledger = await self._store.ledger(number) if closed else None
        if ledger:
            return ledger.order.case
        try:
            return await self._cases.ask(number)
        except NoCaseError:
            return None

    async def _write_down(self, rows: Sequence[TouchedCase], undo: Undo, policy: str) -> None:
        """A ticket for each case that a person has to look at, and the record; a run that did more adds a record."""
        for row in rows:
            if row.outcome == "not undoable":
                await self._store.open_ticket(not_undoable_ticket(row, undo, self._clock()))
        fresh = await self._store.open_ticket(undo_record(rows, undo, policy, self._clock()))
        if fresh or not any(row.outcome == "undone" for row in rows):
            return
        number = 2
        while not await self._store.open_ticket(undo_record(rows, undo, policy, self._clock(), number)):
            number += 1


def undo_of(wrong: WrongRun, *, dry_run: bool = False) -> Undo:
    """The undo that is brought to the cases. Raises RefusedError for a run that makes no sense.

    A dry run needs nobody's name and reason.
    """
    for field, text in (("by", wrong.by), ("reason", wrong.reason)):
        if not (dry_run or text.strip()):
            raise RefusedError(f"say {'who undoes it' if field == 'by' else 'why'}", field=field)
    name = wrong.id or undo_id(wrong.since, wrong.until, wrong.policy)
    words = {"by": wrong.by.strip(), "reason": wrong.reason.strip(), "hold_days": wrong.hold_days}
    try:
        undo = Undo.model_validate({"id": name, "since": wrong.since, "until": wrong.until, **words})
    except ValidationError as error:
        raise refusal(error) from None
    if reason := undo_refused(undo):
        raise RefusedError(reason, field="until")
    return undo


def _line(number: str, error: Exception) -> str:
    return str(error).splitlines()[0].removeprefix(f"{number}: ")


async def _fill(waiting: "asyncio.Queue[Listed | None]", listed: AsyncIterator[Listed]) -> None:
    async for found in listed:
        await waiting.put(found)
    for _ in range(AT_ONCE):
        await waiting.put(None)
