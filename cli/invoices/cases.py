"""`cases rebuild`: the table of open cases made anew from the cases themselves."""

from typing import TYPE_CHECKING

from cyclopts import App

from cli.shell.connections import composed
from cli.shell.errors import AGAIN, FAILED
from cli.shell.options import Json
from cli.shell.output import complain, print_json, say

if TYPE_CHECKING:
    from dunning.fleet.open_cases import CheckReport

cases = App(name="cases", help="Look after the table of open cases, from which `list` reads.")


@cases.command
async def rebuild(*, json: Json = False) -> int:
    """Ask every running case, and write what it says into the table of open cases.

    Nothing is decided by that table, and the hourly check keeps it right: this is for a store that was lost. It may be
    stopped and begun again at any time.
    """
    async with composed() as made:
        report = await made.check_open_cases.check(_progress, all=True)
    print_json(report) if json else say(_words(report))
    if report.silent:
        complain(f"starter: {report.silent} case(s) did not answer; see that Temporal and a worker run, {AGAIN}")
    return FAILED if report.silent else 0


def _progress(so_far: "CheckReport") -> None:
    complain(f"{so_far.running} cases ...")


def _words(report: "CheckReport") -> str:
    dead = f"\n{report.dead} case(s) are dead: `starter.py list --state dead`, then `recover`." if report.dead else ""
    return f"{report.running} running case(s) asked.{dead}"
