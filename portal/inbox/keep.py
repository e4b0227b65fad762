"""Keeping webhooks before they are answered."""

import asyncio

from dunning.ports.inbox import Inbox
from dunning.records.inbox import InboxEvent

MOST = 1_000
"""Webhooks that may wait to be written; more are turned away, and come again."""
PATIENCE = 8.0
"""Seconds at the least that a sender waits for us, be the store away or only slow. The write may still succeed later:
the same event again changes nothing."""


class NotKeptError(Exception):
    """The store could not be written in time; the text names the kind of error and nothing else."""


class InboxWriter:
    """The door's way into the store: not for too many at once, and not for too long.

    `outage`: seconds that the store waits for its database; the sender waits as long.
    """

    def __init__(self, store: Inbox, outage: float = 0.0) -> None:
        self._store = store
        self._outage = outage
        self._waiting = 0

    async def keep(self, event: InboxEvent) -> None:
        """Returns when the event survives a power failure. Raises NotKeptError."""
        if self._waiting >= MOST:
            raise NotKeptError("too many webhooks at once")
        self._waiting += 1
        try:
            async with asyncio.timeout(max(PATIENCE, self._outage)):
                await self._store.receive((event,))
        except Exception as error:
            raise NotKeptError(type(error).__name__) from error
        finally:
            self._waiting -= 1
