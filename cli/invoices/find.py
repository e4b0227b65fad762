"""`find`: the invoices of a customer of whom somebody has a name, an address, a domain, a user or a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json, Whole
from cli.shell.output import console, print_json, say, table

if TYPE_CHECKING:
    from operations.cases.find import Findings, Hit

_COLUMNS = ("invoice", "account", "customer", "state", "balance", "due", "found by")


async def find(
    text: Annotated[str, Parameter(help="A part of a name, mail address, domain, account, invoice number or user.")],
    /,
    *,
    most: Annotated[int, Whole, Parameter(help="So many lines at most; at first 50.")] = 50,
    json: Json = False,
) -> None:
    """Find invoices, open and closed, and accounts, by a part of what they are known by; capitals do not matter.

    What belongs to an account (its name, contacts, services) finds all of its invoices.
    """
    async with composed(server="not needed") as made:
        found = await made.find.find(text, most)
    if json:
        print_json({"found": [_for_programs(each) for each in found.hits], "more": found.more})
    else:
        _print(found)


def _print(found: Findings) -> None:
    if not found.hits:
        say("nothing found")
        return
    console().print(table(_COLUMNS, [_cells(each) for each in found.hits]))
    more = "; there are more: look for a longer part, or say --most" if found.more else ""
    say(f"{len(found.hits)} found{more}")


def _cells(hit: Hit) -> tuple[str, ...]:
    shown = _for_programs(hit)
    found = ", ".join(f"{each.what} {each.value}" for each in hit.by)
    values = ("invoice", "account", "customer", "state", "balance", "due")
    return (*(shown[name] or "" for name in values), found)


def _for_programs(hit: Hit) -> dict[str, Any]:
    case = hit.case
    customer = next((each.value for each in hit.by if each.what == "customer" and not each.invoice), "")
    return {
        "invoice": hit.invoice or None,
        "account": hit.account,
        "customer": (case.row.customer if case else "") or customer,
        "policy": case.row.policy if case else None,
        "state": case.state if case else None,
        "balance": str(case.row.balance) if case else None,
        "balance_minor": case.row.balance.minor if case else None,
        "due": case.row.due.isoformat() if case else None,
        "overdue": case.overdue if case else None,
        "status": (case.row.died or ("closed" if case.closed else "running")) if case else None,
        "found_by": [{"what": each.what, "value": each.value} for each in hit.by],
    }
