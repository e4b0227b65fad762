"""One event that was kept: what it says, bringing that to its cases, and giving it to a person when that fails."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

from dunning.ports.inbox import Inbox
from dunning.ports.tickets import Tickets
from dunning.records.inbox import COMMAND, InboxEvent, News, Outcome
from dunning.tickets.commands import command_not_done
from dunning.tickets.money import webhook_failed
from operations.errors import RefusedError
from operations.money.deliver_news import Deliver


class InboxRecords(Inbox, Tickets, Protocol):
    """The inbox, and work for people."""


FAILED = Outcome(outcome="failed: see ticket")
_READING = 5.0
"""Seconds to find out what an event says: the gateway may have to be asked."""


async def read_given(body: str) -> tuple[News, ...]:
    """What a person gave by a command. Raises ValueError."""
    return (News.model_validate_json(body),)


Reader = Callable[[str], Awaitable[tuple[News, ...]]]


class WebhookHandler:
    """`readers` turn a body into news, by the event's source."""

    def __init__(
        self,
        store: InboxRecords,
        deliver: Deliver,
        readers: Mapping[str, Reader],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._deliver = deliver
        self._readers = readers
        self._clock = clock

    async def read(self, event: InboxEvent) -> tuple[News, ...]:
        """What it says. Raises ValueError for what is no event, TimeoutError, and what the reader raises."""
        reader = self._readers.get(event.source)
        if reader is None:
            raise ValueError(f"there is no source {event.source!r}")
        async with asyncio.timeout(_READING):
            return await reader(event.body)

    async def deliver(self, event: InboxEvent, news: tuple[News, ...]) -> tuple[Outcome, ...]:
        """Bring all of it to its cases, then note the outcome. After a crash in between, it is all done again."""
        try:
            outcomes = [await self._deliver(each) for each in news]
        except RefusedError as error:  # whoever gave it was told that it would be brought
            await self._store.open_ticket(command_not_done(event, news, self._clock(), error))
            outcomes = [Outcome(outcome="refused", invoice=event.invoice)]
        told = tuple(outcomes) or (Outcome(outcome="ignored"),)
        await self._store.handled(event, ", ".join(dict.fromkeys(each.outcome for each in told)))
        return told

    async def give_up(self, event: InboxEvent, news: tuple[News, ...], error: Exception) -> tuple[Outcome, ...]:
        """A person gets what could not be delivered: nothing that may say "payment" is lost."""
        about = next(iter(news), News())
        if event.source == COMMAND:
            ticket = command_not_done(event, news, self._clock(), error)
        else:
            ticket = webhook_failed(event, about.invoice, about.account, self._clock(), error)
        await self._store.open_ticket(ticket)
        await self._store.handled(event, FAILED.outcome)
        return (FAILED.model_copy(update={"invoice": about.invoice}),)
