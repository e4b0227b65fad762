"""`forecast`: what comes in the next days if nobody pays, by day, by account, or step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Chosen, Json, Whole
from cli.shell.output import print_json
from cli.shell.progress import progress

if TYPE_CHECKING:
    from operations.cases.forecast import Look

By = Literal["day", "account", "step"]


async def forecast(
    *,
    days: Annotated[int, Whole, Parameter(help="So many days, today being the first (default: 30).")] = 30,
    by: Annotated[By, Parameter(help="A row a day (the default), an account, or a step of an invoice.")] = "day",
    account: Annotated[str, Chosen, Parameter(help="Only invoices of this account.")] = "",
    chart: Annotated[Path | None, Parameter(help="Also draw the days into this SVG file.")] = None,
    csv: Annotated[bool, Parameter(help="Print CSV for spreadsheets instead of text for people.")] = False,
    json: Json = False,
) -> None:
    """Tell who is charged, written to, restricted and deleted in the next days if nobody pays.

    The rules themselves are played forward from the table that `list` reads, as if every charge were declined. Counted
    beside it is what a charge would end if it succeeded, and what happens only if people agree. Days are those of each
    case's own zone. Temporal is not asked, and nothing is changed. Invoices that are not open yet are not in it; the
    subscriptions that will open one are counted.
    """
    if csv and json:
        raise BadInputError("--csv: leave it out, or --json")
    async with composed(server="not needed") as made:
        with progress("looking ahead") as tick:
            look = await made.forecast.of(days, account=account, tick=tick)

    from cli.invoices.forecast_rows import as_json, print_rows
    from cli.invoices.forecast_text import print_text

    if chart:
        _draw(chart, look)
    if json:
        print_json(as_json(look, steps=by == "step"))
    elif csv:
        print_rows(look, by)
    else:
        print_text(look, by)


def _draw(file: Path, look: Look) -> None:
    from cli.invoices.forecast_svg import picture

    try:
        file.write_text(picture(look), encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"--chart: {file} cannot be written: {error.strerror}") from None
