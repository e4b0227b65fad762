"""`account erase`: names, addresses and words of a customer go; numbers, amounts and dates stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.accounts.account import AccountId, By, Reason
from cli.shell.asking import Yes, agree
from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json, say
from cli.shell.recording import system_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.accounts.erase import Plan


async def erase(
    account: AccountId,
    /,
    *,
    by: By,
    reason: Reason,
    dry_run: Annotated[bool, Parameter(negative="", help="Tell what would go, and write nothing.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Take a customer's names, addresses and words away, everywhere in the store. It cannot be undone.

    Invoice numbers, amounts, dates and ledgers stay, as tax law asks for. Refused while something still goes on: an
    open invoice, a ticket about money, credit, a subscription, a person's hold. All or nothing, and safe to repeat.
    """
    async with composed(server="not needed") as made:
        plan = await made.erase_account.look(account, by, reason)
        if not dry_run:
            if not yes and not plan.obstacles and plan.would.rows:
                total = sum(plan.would.rows.values())
                agree(total, f"this erases account {account} in {total} rows for good", yes=False)
            payers = (plan.account.payer, *plan.account.old_payers)
            plan = await made.erase_account.erase(account, by, reason, system_user())
            say_erased(plan, payers, json=json)
            return
    say_plan(plan, json=json)


def say_plan(plan: Plan, *, json: bool) -> None:
    """Print what would be done."""
    if json:
        print_json({"would": plan.would.rows, "named_elsewhere": plan.would.elsewhere, "obstacles": plan.obstacles})
        return
    say(*_before(plan), *_rows(plan), sep="\n")
    say("That would be erased; nothing was." if plan.would.rows else "Nothing would be erased.")
    for line in plan.obstacles:
        say(f"It cannot be erased yet: {line}")


def say_erased(plan: Plan, payers: tuple[str, ...], *, json: bool) -> None:
    """Print what was done, and what is left for people."""
    known = [each for each in payers if each]
    if json:
        at = plan.account.erased_at
        print_json(
            {"erased": plan.would.rows, "named_elsewhere": plan.would.elsewhere, "payers": known, "erased_at": at}
        )
        return
    say(*_before(plan), *_rows(plan), sep="\n")
    for key in plan.would.elsewhere:
        say(f"ticket {key} of another customer names it: look whether it has to")
    for payer in known:
        say(f"the gateway knows it as {payer}: have it erased there, too")
    say("Temporal keeps the histories of its cases until the namespace's retention is over, and back-ups have it, too.")


def _before(plan: Plan) -> Iterator[str]:
    if at := plan.account.erased_at:
        yield f"account {plan.account.id} was erased {at:%Y-%m-%d %H:%M}Z by {plan.account.erased_by}"


def _rows(plan: Plan) -> Iterator[str]:
    from dunning.keeping.kinds import TABLES

    yield from (f"{TABLES[name].what}: {rows}" for name, rows in plan.would.rows.items())
