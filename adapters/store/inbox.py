"""The inbox: webhooks are kept here before they are answered, and handled afterwards."""

from collections.abc import Sequence

from sqlalchemy import select, update

from adapters.store.base import Database, add
from adapters.store.tables import inbox
from dunning.records import InboxEvent


class Inbox(Database):
    """Keep, read and tick off webhooks."""

    async def receive(self, events: Sequence[InboxEvent]) -> None:
        """Keep webhooks until they are handled, all in one transaction.

        One that is known (source and id) stays as it is.
        """
        async with self._writing() as connection:
            for event in events:
                await add(connection, inbox, event.model_dump())

    async def waiting(self, most: int) -> tuple[InboxEvent, ...]:
        """Read the webhooks that nobody handled yet, oldest first, `most` at the most."""
        unhandled = select(inbox).where(inbox.c.outcome == "").order_by(inbox.c.at, inbox.c.source, inbox.c.id)
        return tuple(InboxEvent.model_validate(dict(row)) for row in await self._rows(unhandled.limit(most)))

    async def handled(self, event: InboxEvent, outcome: str) -> None:
        """Note what became of a webhook."""
        its = update(inbox).where(inbox.c.source == event.source, inbox.c.id == event.id)
        await self._change(its.values(outcome=outcome))

    async def event(self, source: str, event: str) -> InboxEvent | None:
        """Read a webhook that was kept, handled or not."""
        row = await self._row(select(inbox).where(inbox.c.source == source, inbox.c.id == event))
        return None if row is None else InboxEvent.model_validate(dict(row))
