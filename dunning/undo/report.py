"""What became of an undo, case by case: for the table, for programs, and for the ticket that keeps it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from dunning.case.case import Case, UndoneRun
from dunning.case.facts import Undo
from dunning.money import Money
from dunning.tickets.ticket import TicketOrder
from dunning.tickets.undo import run_not_undoable, run_undone
from dunning.undo.scope import scope
from dunning.wire import Wire

UndoOutcome = Literal["would undo", "undone", "already undone", "not undoable", "charges stand", "failed"]


class TouchedCase(Wire):
    """One case that the run touched. `detail` says why it failed, or how the case had ended."""

    invoice: str
    account: str = ""
    outcome: UndoOutcome
    run: UndoneRun | None = None
    detail: str = ""

    @property
    def taken(self) -> str:
        """What is undone, in a line; of a case that ended, what nothing can undo."""
        if self.run is None:
            return self.detail
        held = f"held: {self.run.pending}" if self.run.pending else ""
        return ", ".join(part for part in (*self.run.steps, *self.run.entries, held) if part)

    @property
    def stands(self) -> str:
        """What nobody undoes here: charges need a refund, deletions a person."""
        if self.run is None:
            return ""
        charges = [f"charge {charge}" for charge in self.run.charges]
        return ", ".join([*charges, *(f"deletion {step}" for step in self.run.deletions)])

    @property
    def level(self) -> str:
        """`suspended to active`."""
        run = self.run
        return "" if run is None or run.level is run.back_to else f"{run.level.value} to {run.back_to.value}"


def undo_id(since: datetime, until: datetime, policy: str) -> str:
    """The same words have the same id, so that a second run of the command finds what the first one did."""
    text = f"{since.isoformat()} {until.isoformat()} {policy}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def touched_case(case: Case, undo: Undo, now: datetime, *, closed: bool) -> TouchedCase | None:
    """What the undo would do to a case, or has done before; None when the run did nothing to it."""
    number, account = case.invoice.number, case.invoice.account
    before = next((run for run in case.runs if run.undo.id == undo.id), None)
    if before:
        return TouchedCase(invoice=number, account=account, outcome="already undone", run=before)
    run = scope(case, undo, now)
    if closed and (run.entries or run.deletions or run.back_to is not run.level):
        ended = f"its case ended as {case.outcome or 'closed'}"
        return TouchedCase(invoice=number, account=account, outcome="not undoable", run=run, detail=ended)
    if not closed and not run.is_empty:
        return TouchedCase(invoice=number, account=account, outcome="would undo", run=run)
    return TouchedCase(invoice=number, account=account, outcome="charges stand", run=run) if run.charges else None


class Counts(Wire):
    """What an undo did, or would do: counted once, for people, for programs and for the ticket.

    `cases` of so many `accounts`; `loosened` of them go back to a lower level. `corrections` of them write that a
    notice is to be disregarded, one notice each (and a copy of it to an outside address, where the first one is on the
    customer's own services, so that there may be more mails than notices). `steps` count no more. `fees` are waived,
    `owed_again` is what was voided, by currency.
    """

    cases: int = 0
    accounts: int = 0
    loosened: int = 0
    corrections: int = 0
    steps: int = 0
    fees: tuple[Money, ...] = ()
    owed_again: tuple[Money, ...] = ()

    @property
    def words(self) -> str:
        """In a line."""
        parts = [
            f"{self.cases} case(s) of {self.accounts} account(s)",
            f"{self.steps} step(s) count no more",
            f"{self.loosened} case(s) go back to a lower level",
            f"{self.corrections} correction(s) are written",
        ]
        parts += [f"fees of {' and '.join(map(str, self.fees))} waived"] if self.fees else []
        parts += [f"{' and '.join(map(str, self.owed_again))} owed again"] if self.owed_again else []
        return "; ".join(parts)


def counts(rows: Iterable[TouchedCase], *outcomes: UndoOutcome) -> Counts:
    """What became of the cases with one of these outcomes."""
    found = [(row, row.run) for row in rows if row.run and row.outcome in outcomes]
    return Counts(
        cases=len(found),
        accounts=len({row.account for row, _ in found}),
        loosened=sum(run.back_to.rank < run.level.rank for _, run in found),
        corrections=sum(bool(run.steps) for _, run in found),
        steps=sum(len(run.steps) for _, run in found),
        fees=_sums(run.fees for _, run in found),
        owed_again=_sums(run.owed_again for _, run in found),
    )


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    found: dict[str, Money] = {}
    for each in amounts:
        found[each.currency] = found.get(each.currency, Money.zero(each.currency)) + each
    return tuple(found[currency] for currency in sorted(found) if found[currency].minor)


def totals(rows: Iterable[TouchedCase]) -> dict[str, int]:
    """How many cases of each outcome."""
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.outcome] = counted.get(row.outcome, 0) + 1
    return dict(sorted(counted.items()))


def not_undoable_ticket(row: TouchedCase, undo: Undo, now: datetime) -> TicketOrder:
    """For a case that had ended: a person has to look at it."""
    what = ", ".join(part for part in (row.taken, row.stands) if part)
    return run_not_undoable(undo, row.invoice, row.account, now, ended=row.detail, what=what)


def undo_record(rows: Iterable[TouchedCase], undo: Undo, policy: str, now: datetime, number: int = 1) -> TicketOrder:
    """The written record of the undo. `number` counts the records of one undo, when a later run did more."""
    known = sorted(rows, key=lambda row: row.invoice)
    counted = "; ".join(f"{outcome}: {count}" for outcome, count in totals(known).items()) or "nothing was touched"
    did = f"This run: {counts(known, 'undone').words}."
    return run_undone(undo, policy, now, [counted, did, *(_line(row) for row in known)], number)


def _line(row: TouchedCase) -> str:
    run = row.run
    fees = f"fees reversed {run.fees}" if run and run.fees.minor else ""
    again = f"owed again {run.owed_again}" if run and run.owed_again.minor else ""
    stands = f"stands: {row.stands}" if row.stands else ""
    parts = (row.taken, row.level, fees, again, stands, row.detail if run else "")
    return f"- {row.invoice} ({row.account}) {row.outcome}: {'; '.join(part for part in parts if part)}"
