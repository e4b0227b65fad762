"""Tickets: work for people."""

from sqlalchemy import select

from adapters.store.database.base import Database
from adapters.store.tables import tickets
from dunning.tickets.ticket import Ticket, TicketOrder


class Tickets(Database):
    """Open and read tickets."""

    async def open_ticket(self, order: TicketOrder) -> bool:
        """Open the ticket of `order.key` once; False when it exists."""
        return await self._add(tickets, order.ticket.model_dump())

    async def tickets(self, account: str) -> tuple[Ticket, ...]:
        """Read the account's tickets, oldest first, then by key; all accounts' when it is empty."""
        its = select(tickets).order_by(tickets.c.at, tickets.c.key)
        its = its.where(tickets.c.account == account) if account else its
        return tuple(Ticket.model_validate(dict(row)) for row in await self._rows(its))

    async def ticket(self, key: str) -> Ticket | None:
        """Read the ticket of that key."""
        row = await self._row(select(tickets).where(tickets.c.key == key))
        return None if row is None else Ticket.model_validate(dict(row))
