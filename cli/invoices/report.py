"""`report ageing`: what is owed, by account and by how long it has been due, for spreadsheets and programs."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Any

from cyclopts import App

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json

if TYPE_CHECKING:
    from dunning.fleet.ageing import AgeingRow

report = App(name="report", help="Tell what is owed, by account.")


@report.command
async def ageing(*, json: Json = False) -> None:
    """Print open balances by account as CSV: not due, and 1-30, 31-60, 61-90 and more than 90 days past the due date.

    Days are counted in each case's own zone. Each currency has rows of its own; nothing is owed on a voided invoice.
    """
    from dunning.fleet.ageing import COLUMNS

    async with composed(server="not needed") as made:
        rows = await made.reports.ageing()
    if json:
        print_json([_for_programs(row) for row in rows])
        return
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(("account", "customer", "currency", "invoices", *COLUMNS, "total"))
    lines.writerows(_cells(row) for row in rows)


def _cells(row: AgeingRow) -> tuple[str, ...]:
    from dunning.money import Money

    amounts = (str(Money(minor=minor, currency=row.currency).decimal()) for minor in (*row.amounts, row.total))
    return (row.account, row.customer, row.currency, str(row.invoices), *amounts)


def _for_programs(row: AgeingRow) -> dict[str, Any]:
    from dunning.fleet.ageing import COLUMNS

    minor = dict(zip(COLUMNS, row.amounts, strict=True))
    return {**row._asdict(), "amounts": minor, "total": row.total}
