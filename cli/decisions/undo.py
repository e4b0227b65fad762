"""`undo`: undo what a wrong run did to many customers, once, and write it all down."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.store import SqlStore
from adapters.temporal.cases import TemporalCases
from cli.shell.cases import NoCaseError, facts, tell
from cli.shell.connections import open_client, open_store, settings
from cli.shell.errors import FAILED, BadInputError, FailedError, reasons
from cli.shell.options import By, Json, instant, now
from cli.shell.output import console, print_json, table
from dunning.case.case import Case
from dunning.case.facts import Undo
from dunning.ports.cases import Listed, Wanted
from dunning.undo.report import Row, case_ticket, record, totals, touched, undo_id
from dunning.undo.undo import undo_refused
from workflows.invoice import InvoiceDunning

AT_ONCE = 20
_COLUMNS = ("invoice", "account", "outcome", "undone", "level", "fees", "owed again", "stands")
When = Annotated[
    str, Parameter(help="An instant with its offset, like 2026-12-01T09:00:00-05:00; the case's own time.")
]


async def undo(
    *,
    since: When,
    until: When,
    policy: Annotated[str, Parameter(help="Only cases under this policy.")] = "",
    dry_run: Annotated[bool, Parameter(help="Only list what would be undone.")] = False,
    by: By = "",
    reason: Annotated[str, Parameter(help="Why; kept in each case and in the ticket.")] = "",
    hold_days: Annotated[int, Parameter(help="So many days nothing happens afterwards; at first 7.")] = 7,
    id: Annotated[str, Parameter(help="Id of the undo; by default derived from times and policy.")] = "",  # noqa: A002
    json: Json = False,
) -> int:
    """Take back what happened from --since to --until: restrictions, notices, fees, and voids by policy.

    Services are reinstated though nothing was paid, customers read a correction, and each step comes again in its turn
    with a new warning, after some days in which nothing happens. Charges stand (refund them), and so do deletions; both
    are listed. A Billing ticket keeps the report. Safe to run twice: each case is undone once per id.

    Both times are meant as each case's own clock shows them, as `show` and `why` print them: after a clock that was set
    wrong they are the wrong clock's times.
    """
    times = (instant(since, "--since"), instant(until, "--until"))
    wrong = _read(times, id or undo_id(*times, policy), by=by, reason=reason, hold_days=hold_days)
    async with open_client() as client, open_store() as store:
        rows = await _Undoing(client, store, wrong, dry_run=dry_run).of(_listed(client, policy))
        if not dry_run:
            await _write_down(store, rows, wrong, policy)
    _say(rows, wrong, json=json, dry_run=dry_run)
    return FAILED if any(row.outcome == "failed" for row in rows) else 0


def _read(times: tuple[datetime, datetime], name: str, **words: object) -> Undo:
    try:
        wrong = Undo.model_validate({"id": name, "since": times[0], "until": times[1], **words})
    except ValidationError as error:
        raise BadInputError(f"--{reasons(error)[0].replace('hold_days', 'hold-days')}") from None
    refused = undo_refused(wrong)
    if refused:
        raise BadInputError(f"--since, --until: {refused}")
    return wrong


def _listed(client: Client, policy: str) -> AsyncIterator[Listed]:
    return TemporalCases(lambda: client, settings().task_queue).listed(Wanted(policy=policy, ended=True))


class _Undoing:
    """Asks each case, and undoes what the same rule says in a dry run."""

    def __init__(self, client: Client, store: SqlStore, wrong: Undo, *, dry_run: bool) -> None:
        self._client = client
        self._store = store
        self._wrong = wrong
        self._dry_run = dry_run
        self._rows: dict[str, Row] = {}

    async def of(self, listed: AsyncIterator[Listed]) -> list[Row]:
        """All cases that the run touched, by number; a few at a time."""
        try:
            async with asyncio.TaskGroup() as group:
                waiting: asyncio.Queue[Listed | None] = asyncio.Queue(AT_ONCE)
                for _ in range(AT_ONCE):
                    group.create_task(self._work(waiting))
                async for found in listed:
                    await waiting.put(found)
                for _ in range(AT_ONCE):
                    await waiting.put(None)
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return [self._rows[number] for number in sorted(self._rows)]

    async def _work(self, waiting: "asyncio.Queue[Listed | None]") -> None:
        while found := await waiting.get():
            number = found.invoice
            closed = not found.running
            if closed and number in self._rows:
                continue  # an earlier life of a case that runs again
            try:
                row = await self._one(number, closed=closed)
            except (FailedError, RPCError) as error:  # the others are undone all the same
                row = Row(invoice=number, outcome="failed", detail=str(error).splitlines()[0])
            if row and not (closed and number in self._rows):
                self._rows[number] = row

    async def _one(self, number: str, *, closed: bool) -> Row | None:
        case = await self._case(number, closed=closed)
        row = touched(case, self._wrong, now(), closed=closed) if case else None
        if row is None or row.outcome != "would undo" or self._dry_run:
            return row
        try:
            answer = await tell(
                self._client, number, InvoiceDunning.undo, self._wrong, update_id=f"undo-{self._wrong.id}"
            )
        except NoCaseError:  # it has ended meanwhile
            return await self._one(number, closed=True)
        done = await facts(self._client, number)
        again = touched(done, self._wrong, now(), closed=False)
        outcome = "undone" if answer.outcome == "undone" else "already undone"
        return again.model_copy(update={"outcome": outcome}) if again else None

    async def _case(self, number: str, *, closed: bool) -> Case | None:
        """The facts; of a case that ended, those that its books were closed with."""
        ledger = await self._store.ledger(number) if closed else None
        if ledger:
            return ledger.order.case
        try:
            return await facts(self._client, number)
        except NoCaseError:
            return None


async def _write_down(store: SqlStore, rows: list[Row], wrong: Undo, policy: str) -> None:
    """A ticket for each case that a person has to look at, and the record; a later run that did more adds a record."""
    for row in rows:
        if row.outcome == "not undoable":
            await store.open_ticket(case_ticket(row, wrong, now()))
    if not await store.open_ticket(record(rows, wrong, policy, now())) and any(row.outcome == "undone" for row in rows):
        number = 2
        while not await store.open_ticket(record(rows, wrong, policy, now(), number)):
            number += 1


def _say(rows: list[Row], wrong: Undo, *, json: bool, dry_run: bool) -> None:
    if json:
        cases = [row.model_dump(mode="json") | {"stands": row.stands, "level": row.level} for row in rows]
        print_json({"undo": wrong, "dry_run": dry_run, "totals": totals(rows), "cases": cases})
        return
    if rows:
        console().print(table(_COLUMNS, [_cells(row) for row in rows]))
    counted = ", ".join(f"{count} {outcome}" for outcome, count in totals(rows).items())
    print(f"undo {wrong.id}: {counted or 'that run touched no case'}{'; nothing was changed' if dry_run else ''}")


def _cells(row: Row) -> tuple[str, ...]:
    def amount(minor: int, text: str) -> str:
        return text if minor else ""

    run = row.run
    fees = amount(run.fees.minor, str(run.fees)) if run else ""
    again = amount(run.owed_again.minor, str(run.owed_again)) if run else ""
    return (row.invoice, row.account, row.outcome, row.taken, row.level, fees, again, row.stands)
