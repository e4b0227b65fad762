"""`tickets`: what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.shell.connections import composed
from cli.shell.options import Json
from cli.shell.output import print_json
from dunning.tickets.kind import TicketKind

if TYPE_CHECKING:
    from dunning.records.mail import NoticeCopy
    from dunning.tickets.ticket import Ticket


async def tickets(
    *,
    account: Annotated[str, Parameter(help="Only tickets of this account.")] = "",
    kind: Annotated[TicketKind | None, Parameter(help="Only tickets of this kind.")] = None,
    json: Json = False,
) -> None:
    """List the tickets, oldest first."""
    async with composed(server="not needed") as made:
        found = await made.tickets.of(account, kind)
        quoted = await made.tickets.quoted(found)
    if json:
        print_json(found)
        return
    for each in found:
        lines = [*_quoted(each, quoted.get(each.notice)), *each.body.splitlines()]
        print(_head(each), *(f"    {line}".rstrip() for line in lines), "", sep="\n")
    print(f"{len(found)} ticket(s)" if found else "no tickets")


def _quoted(ticket: Ticket, notice: NoticeCopy | None) -> list[str]:
    """The notice that the ticket quotes, by subject and id: what the customer saw stands in the archive (S1-22)."""
    if not ticket.notice:
        return []
    subject = f" “{notice.content.subject}”, {notice.status}" if notice else " (not in the archive)"
    return [f"quotes notice {ticket.notice}:{subject}"]


def _head(ticket: Ticket) -> str:
    whose = (ticket.account, ticket.invoice)
    return " · ".join(
        part
        for part in (f"{ticket.at:%Y-%m-%d %H:%M}Z", ticket.department, ticket.kind, *whose, ticket.subject)
        if part
    )
