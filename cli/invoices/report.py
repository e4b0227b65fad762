"""`report`: what is owed by account, and what became of all that was due, for spreadsheets and programs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.options import Json, day, now
from cli.shell.output import print_csv, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dunning.fleet.ageing import AgeingRow
    from dunning.fleet.recovery import RecoveryRow

    Row = AgeingRow | RecoveryRow

report = App(name="report", help="Tell what is owed, and what became of what was due.")


@report.command
async def ageing(*, json: Json = False) -> None:
    """Print open balances by account as CSV: not due, and 1-30, 31-60, 61-90 and more than 90 days past the due date.

    Days are counted in each case's own zone. Each currency has rows of its own; nothing is owed on a voided invoice.
    """
    from dunning.fleet.ageing import COLUMNS

    async with composed(server="not needed") as made:
        rows = await made.reports.ageing()
    if json:
        print_json([_for_programs(row, COLUMNS) for row in rows])
        return
    named = ((row.account, row.customer, row.currency, str(row.invoices), *_amounts(row)) for row in rows)
    print_csv(("account", "customer", "currency", "invoices", *COLUMNS, "total"), named)


@report.command
async def recovered(
    *,
    since: Annotated[str, Parameter(help="Invoices due from this day on (default: the last twelve months).")] = "",
    until: Annotated[str, Parameter(help="And up to this day (default: today).")] = "",
    json: Json = False,
) -> None:
    """Print what became of the invoices due in each month as CSV: paid on time, late and when, given up, lost, open.

    Money that came after the due date stands in the column of how far dunning had gone by then: reminded, locked,
    suspended, inactive. Of an open invoice only its balance is counted. Given up is what people waived; lost is what
    was owed when a case ended without it.
    """
    last = day(until, "--until") if until else now().date()
    first = day(since, "--since") if since else (last - timedelta(days=365)).replace(day=1)

    from dunning.fleet.recovery import COLUMNS

    async with composed(server="not needed") as made:
        rows = await made.reports.recovered(first, last)
    if json:
        print_json([_for_programs(row, COLUMNS) for row in rows])
        return
    named = ((row.month, row.currency, str(row.invoices), *_amounts(row)) for row in rows)
    print_csv(("month", "currency", "invoices", *COLUMNS, "total"), named)


def _amounts(row: Row) -> list[str]:
    from dunning.money import Money

    return [str(Money(minor=minor, currency=row.currency).decimal()) for minor in (*row.amounts, row.total)]


def _for_programs(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    minor = dict(zip(columns, row.amounts, strict=True))
    return {**row._asdict(), "amounts": minor, "total": row.total}
