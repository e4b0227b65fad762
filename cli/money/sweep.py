"""`sweep`: compare the gateway's books with ours now, without waiting for the daily hour."""

from typing import Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json, now, parsed_instant
from cli.shell.output import print_json, print_report


async def sweep(
    *,
    since: Annotated[str, Parameter(help="From when, like 2026-11-20T00:00:00Z (default: three days before).")] = "",
    until: Annotated[str, Parameter(help="Until when (default: now).")] = "",
    json: Json = False,
) -> None:
    """Compare the gateway's books with ours, and heal what is missing here. Safe to repeat.

    The worker does it. When it found something, Billing has a ticket with the same report.
    """
    begin = parsed_instant(since, "--since") if since else None
    end = parsed_instant(until, "--until") if until else None

    from operations.fleet.checks import sweep_of

    sweep_of(begin, end, now())  # refuses before anybody is asked
    async with composed(store="not needed") as made:
        report = await made.checks.sweep(begin, end)
    if json:
        print_json(report)
    else:
        print_report(report)
