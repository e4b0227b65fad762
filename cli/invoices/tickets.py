"""`tickets` and `tickets close`: what waits for a person, and what somebody has done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Chosen, Json
from cli.shell.output import print_json, say
from dunning.tickets.kind import TicketKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dunning.records.mail import NoticeCopy
    from dunning.tickets.ticket import Ticket

tickets = App(name="tickets", help="List what waits for a person, and close what is done.")


@tickets.default
async def list_(
    *,
    account: Annotated[str, Chosen, Parameter(help="Only tickets of this account.")] = "",
    kind: Annotated[TicketKind | None, Parameter(help="Only tickets of this kind.")] = None,
    closed: Annotated[bool, Parameter(help="Those that somebody closed, instead of those that wait.")] = False,
    all: Annotated[bool, Parameter(help="Both.")] = False,  # noqa: A002
    json: Json = False,
) -> None:
    """List the tickets that wait for a person, oldest first, each with the key by which it is closed."""
    async with composed(server="not needed") as made:
        found = await made.tickets.of(account, kind)
        shown = [each for each in found if all or closed is bool(each.closed_at)]
        quoted = await made.tickets.quoted(shown)
    if json:
        print_json(shown)
        return
    for each in shown:
        lines = [*_quoted(each, quoted.get(each.notice)), *each.body.splitlines(), f"key: {each.key}", *_closed(each)]
        say(_head(each), *(f"    {line}".rstrip() for line in lines), "", sep="\n")
    say(f"{len(shown)} closed ticket(s)" if closed else _counts(found, hidden=not all))


@tickets.command
async def close(
    *keys: Annotated[str, Parameter(help="Keys of tickets, as the list names them.")],
    by: Annotated[str, Parameter("--by", help="Who closes them; kept in each.")],
    reason: Annotated[str, Parameter(help="What was done, or why nothing has to be; kept in each.")],
    json: Json = False,
) -> None:
    """Close tickets, all of them or none. Safe to repeat: who closed one first stays.

    Nothing else changes. The same matter opens no second ticket, so it stays closed.
    """
    if not keys:
        raise BadInputError("tickets close: name the tickets by their keys; `starter.py tickets` lists them")
    async with composed(server="not needed") as made:
        done = await made.tickets.close(keys, by, reason)
    if json:
        print_json({"closed": done.fresh, "tickets": done.tickets})
        return
    for each in done.tickets:
        say(f"{each.key}: {'' if each.key in done.fresh else 'was '}{_closed(each)[0]}")


def _counts(found: Sequence[Ticket], *, hidden: bool) -> str:
    over = sum(bool(each.closed_at) for each in found)
    more = f"; {over} closed" + (": --closed or --all" if hidden else "") if over else ""
    return f"{len(found) - over} ticket(s) wait{more}" if found else "no tickets"


def _quoted(ticket: Ticket, notice: NoticeCopy | None) -> list[str]:
    """The notice that the ticket quotes, by subject and id: what the customer saw stands in the archive (S1-22)."""
    if not ticket.notice:
        return []
    subject = f" “{notice.content.subject}”, {notice.status}" if notice else " (not in the archive)"
    return [f"quotes notice {ticket.notice}:{subject}"]


def _closed(ticket: Ticket) -> list[str]:
    at = ticket.closed_at
    return [f"closed {at:%Y-%m-%d %H:%M}Z by {ticket.closed_by}: {ticket.closed_reason}"] if at else []


def _head(ticket: Ticket) -> str:
    whose = (ticket.account, ticket.invoice)
    return " · ".join(
        part
        for part in (f"{ticket.at:%Y-%m-%d %H:%M}Z", ticket.department, ticket.kind, *whose, ticket.subject)
        if part
    )
