"""Consequences: counted while nobody else counts, so that two workers never take the last place together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.base import Database, add_row, alone, put_rows
from adapters.store.database.patience import again
from adapters.store.tables import accounts, consequences, invoices, tickets
from dunning.fleet.breaker import ADMITTED, ALLOWED, DEFERRED, KEPT, Books, Limits, Stopped
from dunning.records.effects import Consequence, Ruling
from dunning.tickets.ticket import TicketOrder

LOCK = b"Reprieve"
_OVER = ("paid", "closed")
"""Invoices for which nothing is held back any more. One that is void may still have its services deleted."""
_RULED = update(consequences).where(consequences.c.key == bindparam("its_key"))


class Consequences(Database):
    """Admit, list and decide about suspensions and deletions."""

    async def admit(self, asked: Sequence[Consequence], limits: Limits) -> tuple[Consequence, ...]:
        """Answer as `dunning.fleet.breaker.Books` does, one after the other. Safe to repeat with the same `at`.

        Their `status` and `incident` do not matter.
        """
        async with self._writing() as connection:
            await alone(connection, LOCK)
            books = await _books(connection, asked, limits)
            before = dict(books.rows)
            rows = [books.answer(each, limits) for each in asked]
            fresh = {row.key: row.model_dump() for row in rows if before.get(row.key) != row}
            await put_rows(connection, consequences, list(fresh.values()))
        return tuple(rows)

    async def admitted(self, action: str, since: datetime, until: datetime) -> tuple[Consequence, ...]:
        """Read what was admitted from `since` up to and at `until`, oldest first, then by key."""
        rows = await self._rows(_admitted(action, since, until).order_by(consequences.c.at, consequences.c.key))
        return tuple(Consequence.model_validate(dict(row)) for row in rows)

    async def stopped(self) -> tuple[Stopped, ...]:
        """Read what is deferred or kept, oldest first, then by key; not what was paid for meanwhile."""
        rows = await self._rows(_stopped(DEFERRED, KEPT))
        return tuple(Stopped.model_validate(dict(row)) for row in rows)

    async def allowed(self, invoices: Sequence[str], incident: str) -> tuple[Consequence, ...]:
        """What a person let happen of these invoices, or of that incident."""
        its = consequences.c.invoice.in_(invoices) if invoices else consequences.c.incident == incident
        rows = await self._rows(
            select(consequences).where(consequences.c.status == ALLOWED, its).order_by(consequences.c.key)
        )
        return tuple(Consequence.model_validate(dict(row)) for row in rows)

    async def rule_on(self, rows: Sequence[Consequence], ruling: Ruling, note: TicketOrder) -> bool:
        """Bring all rows to what was ruled and write the note, or neither: False when one is no longer as given."""
        async with self._writing() as connection:
            await alone(connection, LOCK)
            found = (await connection.execute(_stopped(DEFERRED, KEPT))).mappings()
            now = {row["key"]: row["status"] for row in found}
            if any(now.get(row.key) != row.status for row in rows):
                return again() and await _is_written(connection, note)
            ruled = _RULED.values(status=ruling.status, decided_by=ruling.by, decided_why=ruling.reason)
            await connection.execute(ruled, [{"its_key": row.key} for row in rows])
            await add_row(connection, tickets, note.ticket.model_dump())
        return True


async def _is_written(connection: AsyncConnection, note: TicketOrder) -> bool:
    """Whether that very note is there: we wrote it a moment ago, and were not told."""
    its = select(tickets.c.key).where(tickets.c.key == note.key, tickets.c.at == note.at)
    return (await connection.execute(its)).first() is not None


async def _books(connection: AsyncConnection, asked: Sequence[Consequence], limits: Limits) -> Books:
    """What is known of those asked for; unless a person is being asked anyway, also what fills the window."""
    rows = await _by_key(connection, select(consequences).where(consequences.c.key.in_([each.key for each in asked])))
    actions = {each.action for each in asked}
    incidents = {action: incident for action in actions if (incident := await _open_incident(connection, action))}
    if actions == incidents.keys():
        return Books(fleet=0, rows=rows, incidents=incidents)
    first, last = min(each.at for each in asked), max(each.at for each in asked)
    for action in actions:
        rows |= await _by_key(connection, _admitted(action, first - limits.window, last + limits.window))
    fleet = (await connection.execute(select(func.count()).select_from(accounts))).scalar_one()
    return Books(fleet=fleet, rows=rows, incidents=incidents)


async def _by_key(connection: AsyncConnection, query: Select[Any]) -> dict[str, Consequence]:
    found = (await connection.execute(query)).mappings()
    return {row["key"]: Consequence.model_validate(dict(row)) for row in found}


async def _open_incident(connection: AsyncConnection, action: str) -> str:
    """The incident that a person is being asked about; empty when there is none."""
    waiting = _stopped(DEFERRED).where(consequences.c.action == action).limit(1)
    row = (await connection.execute(waiting)).mappings().first()
    return row["incident"] if row else ""


def _admitted(action: str, since: datetime, until: datetime) -> Select[Any]:
    at = consequences.c.at
    return select(consequences).where(
        consequences.c.status == ADMITTED, consequences.c.action == action, at.between(since, until)
    )


def _stopped(*statuses: str) -> Select[Any]:
    """What is stopped and still matters, with its policy."""
    over = func.coalesce(invoices.c.status, "").in_(_OVER)
    return (
        select(consequences, func.coalesce(invoices.c.policy, "").label("policy"))
        .outerjoin(invoices, invoices.c.number == consequences.c.invoice)
        .where(consequences.c.status.in_(statuses), ~over)
        .order_by(consequences.c.at, consequences.c.key)
    )
