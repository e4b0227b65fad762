"""Tickets, as the store keeps them."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from dunning.tickets.ticket import Ticket, TicketOrder


class Tickets(Protocol):
    """Work for people."""

    async def open_ticket(self, order: TicketOrder) -> bool:
        """Open the ticket of `order.key` once; False when it exists, open or closed."""
        ...

    async def amend_ticket(self, order: TicketOrder) -> bool:
        """Give the ticket of `order.key` other words; False when it has them, or there is none."""
        ...

    async def tickets(self, account: str) -> tuple[Ticket, ...]:
        """The account's tickets, oldest first; all accounts' when it is empty."""
        ...

    async def ticket(self, key: str) -> Ticket | None:
        """The ticket of that key."""
        ...

    async def close_tickets(self, keys: Collection[str], at: datetime, by: str, reason: str) -> tuple[str, ...]:
        """Close those of these keys that are open, all or none; their keys. Who closed one first stays."""
        ...
