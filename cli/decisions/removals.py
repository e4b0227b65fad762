"""`removals`: the list of what is due for deletion; each waits for the people that its policy asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import console, print_json, say, shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dunning.rules.removals import Removal


async def removals(*, json: Json = False) -> None:
    """List every account that is deleted next: what would go, why, since when, on which day, and who has to agree.

    Nothing is deleted without the approvals that the policy asks for; `approve` gives one. A policy that asks nobody
    deletes on the day that is shown.
    """
    async with composed() as made:
        found = await made.removals.due()
    if json:
        print_json([each.model_dump(mode="json") | {"command": each.command} for each in found])
        return
    for each in found:
        console().print(_shown(each))
    waits = sum(each.waits for each in found)
    say(f"{len(found)} removal(s), {waits} of them wait for people now" if found else "no removals")


def _shown(each: Removal) -> RenderableType:
    from rich.console import Group
    from rich.panel import Panel

    title = " · ".join(part for part in (each.invoice, each.customer, each.account) if part)
    return Panel(Group(*(shown(line) for line in _lines(each))), title=shown(title), expand=False)


def _lines(each: Removal) -> list[str]:
    when = "may happen now" if each.waits else f"{'may happen from' if each.needed else 'happens on'} {each.on}"
    what = "only the back-ups of " if each.only_backups else ""
    since = f", {each.level} since {each.since:%Y-%m-%d}" if each.since else ""
    lines = [
        f"deletes   {what}{', '.join(each.services) or 'no service that we know'}",
        f"why       policy {each.policy}: {each.owed} was due on {each.due}{since}",
        f"when      {when}",
        f"agreed    {_agreed(each)}",
        f"back-ups  {_backups(each)}",
    ]
    return lines + ([f"approve   {each.command}"] if each.command else [])


def _agreed(each: Removal) -> str:
    if not each.needed:
        return "the policy asks nobody: pay, waive, promise or void the invoice to stop it"
    return f"{len(each.given)} of {each.needed}" + (f": {', '.join(each.given)}" if each.given else "")


def _backups(each: Removal) -> str:
    have = {True: "there are some", False: "there are none", None: "the panel cannot say"}[each.backups]
    fees = (("from a back-up", each.backup_fee), ("from the archive", each.archive_fee))
    offers = [f"{words} {fee}" for words, fee in fees if fee]
    return f"{have}; a restore costs {', '.join(offers)}" if offers else have
