"""`account merge`: two accounts of one customer become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.accounts.account import By, Reason, who_knows
from cli.shell.asking import Yes, agree
from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json, say

if TYPE_CHECKING:
    from operations.accounts.merge import Merged, Plan


async def merge(
    one: Annotated[str, Parameter(help="The account that goes, such as bakery2.")],
    into: Annotated[str, Parameter(help="The account that stays, such as bakery.")],
    /,
    *,
    by: By,
    reason: Reason,
    dry_run: Annotated[bool, Parameter(negative="", help="Tell what would go over, and write nothing.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Merge two accounts of one customer: contacts, services, holds, credit and open invoices of ONE go over to INTO.

    All or nothing, and it cannot be undone. Name, language, zone and brand are INTO's. An invoice that paid for all
    services of its account pays for those that this had; no date moves. Safe to repeat: the cases are told again.
    """
    async with composed(server="not needed" if dry_run else "if there") as made:
        done = await made.merging.is_done(one, into)
        if dry_run and not done:
            _say_plan(await made.merging.look(one, into), json=json)
            return
        if dry_run:
            say(f"{one} is merged into {into} already; nothing was written")
            return
        if not yes and not done:
            lines = (await made.merging.look(one, into)).lines
            what = "; ".join(lines) or "nothing goes with it"
            agree(max(len(lines), 1), f"this merges account {one} into {into} for good: {what}", yes=False)
        _say(one, await made.merging.merge(one, into, by, reason), done=done, json=json)


def _say_plan(plan: Plan, *, json: bool) -> None:
    one, into, both = plan.merge
    if json:
        print_json({"would": plan.lines, "account": both.model_dump(mode="json")})
        return
    say(f"{one.id} would go into {into.id}; nothing was written", *(f"  {line}" for line in plan.lines), sep="\n")


def _say(one: str, merged: Merged, *, done: bool, json: bool) -> None:
    told, kept, refused = merged.telling
    if json:
        said = {"changed": merged.what, "told": told, "kept": kept, "notes": refused}
        print_json({**merged.account.model_dump(mode="json"), **said})
        return
    lines = [
        *([f"account {one} was merged into it before"] if done else merged.what),
        *who_knows(told, kept),
        *refused,
        f"files have to name it from now on: rows that name {one} are refused",
    ]
    say(*(f"{merged.account.id}: {line}" for line in lines), sep="\n")
