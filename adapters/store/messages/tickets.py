"""Tickets: work for people."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select, update

from adapters.store.customers.owners import of_account
from adapters.store.database.base import Database
from adapters.store.database.patience import again
from adapters.store.tables import tickets
from dunning.tickets.ticket import Ticket, TicketOrder


class Tickets(Database):
    """Open, close and read tickets."""

    async def open_ticket(self, order: TicketOrder) -> bool:
        """Open the ticket of `order.key` once; False when it exists, open or closed."""
        return await self._add(tickets, order.ticket.model_dump())

    async def amend_ticket(self, order: TicketOrder) -> bool:
        """Give the ticket of `order.key` other words; False when it has them, or there is none."""
        others = or_(tickets.c.subject != order.subject, tickets.c.body != order.body)
        its = update(tickets).where(tickets.c.key == order.key, others)
        async with self._writing() as connection:
            changed = await connection.execute(its.values(subject=order.subject, body=order.body))
        return bool(changed.rowcount)

    async def tickets(self, account: str) -> tuple[Ticket, ...]:
        """Read the account's tickets, oldest first, then by key; all accounts' when it is empty."""
        its = select(tickets).order_by(tickets.c.at, tickets.c.key)
        its = its.where(of_account(tickets.c.account, account)) if account else its
        return tuple(Ticket.model_validate(dict(row)) for row in await self._rows(its))

    async def ticket(self, key: str) -> Ticket | None:
        """Read the ticket of that key."""
        row = await self._row(select(tickets).where(tickets.c.key == key))
        return None if row is None else Ticket.model_validate(dict(row))

    async def close_tickets(self, keys: Collection[str], at: datetime, by: str, reason: str) -> tuple[str, ...]:
        """Close those of these keys that are open, all or none; their keys, sorted. Who closed one first stays."""
        ours = {"closed_at": at, "closed_by": by, "closed_reason": reason}
        still = update(tickets).where(tickets.c.key.in_(keys), tickets.c.closed_at.is_(None)).returning(tickets.c.key)
        done = select(tickets.c.key).where(tickets.c.key.in_(keys), *(tickets.c[name] == ours[name] for name in ours))
        async with self._writing() as connection:
            closed = (await connection.execute(still.values(ours))).scalars().all()
            before = (await connection.execute(done)).scalars().all() if again() else ()
            return tuple(sorted({*closed, *before}))
