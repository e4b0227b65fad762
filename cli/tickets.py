"""`tickets`: what waits for a person."""

from typing import Annotated

from cyclopts import Parameter

from cli.connections import open_store
from cli.credits import be_known
from cli.options import Json
from cli.output import print_json
from dunning.records import Ticket


async def tickets(
    *,
    account: Annotated[str, Parameter(help="Only tickets of this account.")] = "",
    json: Json = False,
) -> None:
    """List the tickets, oldest first."""
    async with open_store() as store:
        found = await store.tickets(account)
        if account and not found:
            await be_known(store, account)
    if json:
        print_json(found)
        return
    for each in found:
        print(_head(each), *(f"    {line}".rstrip() for line in each.body.splitlines()), "", sep="\n")
    print(f"{len(found)} ticket(s)" if found else "no tickets")


def _head(ticket: Ticket) -> str:
    whose = (ticket.account, ticket.invoice)
    return " · ".join(
        part for part in (f"{ticket.at:%Y-%m-%d %H:%M}Z", ticket.department, *whose, ticket.subject) if part
    )
