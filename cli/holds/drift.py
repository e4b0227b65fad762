"""`drift`: look at all restricted services now, without waiting for the next hour."""

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json, print_report


async def drift(*, json: Json = False) -> None:
    """Compare each restricted service with its panel and from outside, and repair what drifted. Safe to repeat.

    The worker does it. What it repaired, and what a person has to look at, stands in a Support ticket, too.
    """
    async with composed(store="not needed") as made:
        report = await made.checks.drift()
    if json:
        print_json(report)
    else:
        print_report(report)
