"""`undo`: undo what a wrong run did to many customers, once, and write it all down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.shell.asking import Yes, agree
from cli.shell.connections import composed
from cli.shell.errors import AGAIN, FAILED
from cli.shell.options import By, Chosen, Json, Whole, parsed_instant
from cli.shell.output import complain, console, print_json, say, table

if TYPE_CHECKING:
    from dunning.undo.report import TouchedCase
    from operations.fleet.undo import Undone

_COLUMNS = ("invoice", "account", "outcome", "undone", "level", "fees", "owed again", "stands")
When = Annotated[
    str, Parameter(help="An instant with its offset, like 2026-12-01T09:00:00-05:00; the case's own time.")
]


async def undo(
    *,
    since: When,
    until: When,
    policy: Annotated[str, Chosen, Parameter(help="Only cases under this policy.")] = "",
    dry_run: Annotated[bool, Parameter(help="Only list what would be undone.")] = False,
    by: By = "",
    reason: Annotated[str, Parameter(help="Why; kept in each case and in the ticket.")] = "",
    hold_days: Annotated[int, Whole, Parameter(help="So many days nothing happens afterwards; at first 7.")] = 7,
    id: Annotated[str, Chosen, Parameter(help="Id of the undo; by default derived from times and policy.")] = "",  # noqa: A002
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Undo what happened from --since to --until: restrictions, notices, fees, and voids by policy.

    It lists them, and asks for the number of the cases to be typed; --by and --reason have to be said.

    Services are reinstated though nothing was paid, customers read a correction, and each step comes again in its turn
    with a new warning, after some days in which nothing happens. Charges stand (refund them), and so do deletions; both
    are listed. A Billing ticket keeps the report. Safe to run twice: each case is undone once per id.

    Both times are meant as each case's own clock shows them, as `show` and `why` print them: after a clock that was set
    wrong they are the wrong clock's times.
    """
    times = (parsed_instant(since, "--since"), parsed_instant(until, "--until"))

    from operations.fleet.undo import WrongRun, undo_of

    wrong = WrongRun(*times, policy, id, by=by, reason=reason, hold_days=hold_days)
    undo_of(wrong, dry_run=dry_run)  # refuses before anybody is asked
    async with composed() as made:
        if not (dry_run or yes):
            wrong = replace(wrong, only=_agreed(await made.undo.undo(wrong, dry_run=True)))
        undone = await made.undo.undo(wrong, dry_run=dry_run)
    _say(undone, json=json, dry_run=dry_run)
    if undone.failed:
        failed = sum(row.outcome == "failed" for row in undone.rows)
        complain(f"starter: {failed} case(s) could not be asked, as the list says; see to that, {AGAIN}")
    return FAILED if undone.failed else 0


def _agreed(listed: Undone) -> frozenset[str]:
    """The cases that a person has seen, and agreed to by typing how many would be undone."""
    from dunning.undo.report import counts

    for row in listed.rows:
        complain(" · ".join(part for part in (row.invoice, row.account, row.outcome, row.taken, row.level) if part))
    would = counts(listed.rows, "would undo")
    if would.cases:
        agree(would.cases, f"undo: {would.words}", yes=False)
    return frozenset(row.invoice for row in listed.rows)


def _say(undone: Undone, *, json: bool, dry_run: bool) -> None:
    from dunning.undo.report import counts, totals

    rows, did = undone.rows, counts(undone.rows, "would undo" if dry_run else "undone")
    if json:
        cases = [row.model_dump(mode="json") | {"stands": row.stands, "level": row.level} for row in rows]
        print_json({"undo": undone.undo, "dry_run": dry_run, "totals": totals(rows), "counts": did, "cases": cases})
        return
    if rows:
        console().print(table(_COLUMNS, [_cells(row) for row in rows]))
    counted = ", ".join(f"{count} {outcome}" for outcome, count in totals(rows).items())
    say(f"undo {undone.undo.id}: {counted or 'that run touched no case'}{'; nothing was changed' if dry_run else ''}")
    if did.cases:
        say(did.words)


def _cells(row: TouchedCase) -> tuple[str, ...]:
    def amount(minor: int, text: str) -> str:
        return text if minor else ""

    run = row.run
    fees = amount(run.fees.minor, str(run.fees)) if run else ""
    again = amount(run.owed_again.minor, str(run.owed_again)) if run else ""
    return (row.invoice, row.account, row.outcome, row.taken, row.level, fees, again, row.stands)
