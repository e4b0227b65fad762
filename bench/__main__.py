"""`make bench`: what a case costs, how fast cases go beside a bare workflow; rules, portal, some commands, `--help`.

Exit status 1 when a limit is broken. `--only cost,race,rules,help,reinstating,door,list,forecast,import`: some of it.
"""

import argparse
import asyncio
import os
import sys
import tempfile

from bench.cost.costing import costing
from bench.door.portal import door
from bench.forecast import forecast
from bench.help import help_
from bench.importing.importing import ROWS, importing
from bench.listing import listing
from bench.race.race import race
from bench.reinstating import reinstating
from bench.report import Report
from bench.rules import rules
from sandbox.stage.stage import stage

ON_A_STAGE = {"cost": costing, "reinstating": reinstating, "race": race}
PARTS = ("rules", "help", "door", "list", "forecast", "import", *ON_A_STAGE)


async def bench(parts: list[str], rows: int = ROWS) -> Report:
    """Run the parts; each has a stage of its own, so that none inherits another's load."""
    report = Report()
    if "rules" in parts:
        rules(report)
    if "help" in parts:
        help_(report)
    if "door" in parts:
        await door(report)
    if "list" in parts:
        await listing(report)
    if "forecast" in parts:
        await forecast(report)
    if "import" in parts:
        await importing(report, rows)
    for name, part in ON_A_STAGE.items():
        if name in parts:
            async with stage(disk=True) as made:
                await part(made, report)
    return report


def _let_children_keep_bytecode(folder: str) -> None:
    """The sandbox imports the workflow's modules anew for each case; without bytecode it compiles them each time."""
    os.environ.update(PYTHONDONTWRITEBYTECODE="", PYTHONPYCACHEPREFIX=folder)


def main() -> int:
    """Read the command line, measure, print. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"comma-separated; default: {','.join(PARTS)}")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"rows of the part import (default: {ROWS})")
    said = parser.parse_args()
    parts = said.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
    with tempfile.TemporaryDirectory(prefix="reprieve-bench-") as folder:
        _let_children_keep_bytecode(folder)
        report = asyncio.run(bench(parts, said.rows))
    for broken in report.broken:
        print(f"BROKEN {broken}", file=sys.stderr)
    return 1 if report.broken else 0


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
