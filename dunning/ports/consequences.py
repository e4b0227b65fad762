"""Consequences: what the breaker counts, admits and stops."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dunning.fleet.breaker import Limits, Stopped
from dunning.records.effects import Consequence, Ruling
from dunning.tickets.ticket import TicketOrder


class Consequences(Protocol):
    """Suspensions and deletions of the whole fleet."""

    async def admit(self, asked: Sequence[Consequence], limits: Limits) -> tuple[Consequence, ...]:
        """What the breaker says to each, one after the other: see `dunning.fleet.breaker.Books`.

        No two callers ever take the last place together. Safe to repeat with the same `at`.
        """
        ...

    async def admitted(self, action: str, since: datetime, until: datetime) -> tuple[Consequence, ...]:
        """What was admitted by itself from `since` up to and at `until`, oldest first."""
        ...

    async def stopped(self) -> tuple[Stopped, ...]:
        """What is deferred or kept, oldest first; not what was paid for meanwhile."""
        ...

    async def allowed(self, invoices: Sequence[str], incident: str) -> tuple[Consequence, ...]:
        """What a person let happen of these invoices, or of that incident."""
        ...

    async def rule_on(self, rows: Sequence[Stopped], ruling: Ruling, note: TicketOrder) -> bool:
        """Bring all rows to what was ruled and write the note, or neither: False when one is no longer as given."""
        ...
