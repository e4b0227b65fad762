"""Keeping webhooks before they are answered."""

import asyncio
from collections.abc import Sequence

from dunning.ports.inbox import Inbox
from dunning.records.inbox import InboxEvent
from portal.inbox.backoff import key_of
from portal.inbox.group_commit import Together

MOST = 1_000
"""Webhooks that may wait to be written; more are turned away, and come again."""
PATIENCE = 8.0
"""Seconds that a sender waits for us. The write may still succeed later: the same event again changes nothing."""


class NotKeptError(Exception):
    """The store could not be written in time; the text names the kind of error and nothing else."""


class Keeper:
    """`writing` is held during each write; see Together."""

    def __init__(self, store: Inbox, writing: asyncio.Lock) -> None:
        self._store = store
        self._together = Together(self._write, writing)

    async def keep(self, event: InboxEvent) -> None:
        """Returns when the event survives a power failure. Raises NotKeptError."""
        if len(self._together) >= MOST:
            raise NotKeptError("too many webhooks at once")
        try:
            await self._together.add(event, PATIENCE)
        except Exception as error:
            raise NotKeptError(type(error).__name__) from error

    async def _write(self, events: Sequence[InboxEvent]) -> None:
        # In one order for all: two portals that keep the same events at once would else wait for each other.
        await self._store.receive(sorted(events, key=key_of))

    async def close(self) -> None:
        """Returns when what was given to it is written; close the store after that."""
        await self._together.close()
