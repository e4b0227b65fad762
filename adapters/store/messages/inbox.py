"""The inbox: webhooks, and what people give, are kept here before anybody hears of them, and handled afterwards."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.base import Database, add_row, add_rows
from adapters.store.open_cases import alone_with
from adapters.store.tables import inbox
from dunning.ports.outages import PATIENCE
from dunning.records.inbox import COMMAND, InboxEvent, News

_HANDLED = (
    update(inbox)
    .where(inbox.c.source == bindparam("its_source"), inbox.c.id == bindparam("its_id"), inbox.c.outcome == "")
    .values(outcome=bindparam("what"))
)


class Inbox(Database):
    """Keep, read and tick off."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        super().__init__(url, patience)
        self._received = self._group(_receive)
        self._handled = self._group(_note)

    async def receive(self, events: Sequence[InboxEvent]) -> None:
        """Keep webhooks until they are handled, all in one transaction, with those of other callers.

        One that is known (source and id) stays as it is.
        """
        await self._received.add(events)

    async def keep_given(self, event: InboxEvent) -> InboxEvent:
        """Keep what a person gives, unless the very same of that invoice waits: then that.

        Given twice at once it is one: whoever comes second waits for the first.
        """
        waits = select(inbox).where(inbox.c.outcome == "", inbox.c.source == COMMAND, inbox.c.invoice == event.invoice)
        says = News.model_validate_json(event.body).says()
        async with self._writing() as connection:
            await alone_with(connection, event.invoice)
            for row in (await connection.execute(waits.order_by(inbox.c.at, inbox.c.id))).mappings():
                if News.model_validate_json(row["body"]).says() == says:
                    return InboxEvent.model_validate(dict(row))
            await add_row(connection, inbox, event.model_dump())
        return event

    async def waiting(self, most: int) -> tuple[InboxEvent, ...]:
        """Read what nobody handled yet, oldest first, `most` at the most."""
        unhandled = select(inbox).where(inbox.c.outcome == "").order_by(inbox.c.at, inbox.c.source, inbox.c.id)
        return tuple(InboxEvent.model_validate(dict(row)) for row in await self._rows(unhandled.limit(most)))

    async def handled(self, event: InboxEvent, outcome: str) -> None:
        """Note what became of it; the first outcome stays."""
        await self._handled.add([(event, outcome)])

    async def wait_again(self, invoice: str) -> int:
        """Have all that was brought to the invoice's case wait once more, and tell how much that is.

        What was refused, or given to a person, stays as it is.
        """
        brought = inbox.c.outcome.not_in(("", "refused", "failed: see ticket"))
        again = update(inbox).where(inbox.c.invoice == invoice, brought).values(outcome="").returning(inbox.c.id)
        async with self._writing() as connection:
            return len((await connection.execute(again)).all())

    async def event(self, source: str, event: str) -> InboxEvent | None:
        """Read what was kept, handled or not."""
        row = await self._row(select(inbox).where(inbox.c.source == source, inbox.c.id == event))
        return None if row is None else InboxEvent.model_validate(dict(row))


async def _receive(connection: AsyncConnection, events: Sequence[InboxEvent]) -> None:
    await add_rows(connection, inbox, [event.model_dump() for event in sorted(events, key=_key)])


async def _note(connection: AsyncConnection, outcomes: Sequence[tuple[InboxEvent, str]]) -> None:
    ordered = sorted(outcomes, key=lambda each: _key(each[0]))
    rows = [{"its_source": event.source, "its_id": event.id, "what": outcome} for event, outcome in ordered]
    await connection.execute(_HANDLED, rows)


def _key(event: InboxEvent) -> tuple[str, str]:
    """One order for all: two portals that keep or note the same events at once would else wait for each other."""
    return event.source, event.id
