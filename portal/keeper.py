"""Keeping webhooks before they are answered: what arrives during one transaction goes into the next, together.

A disk takes milliseconds to promise that something is written. Each webhook waits for one such promise, or for two, but
two hundred in a second need not wait for two hundred of them.
"""

import asyncio
from collections.abc import Sequence

from dunning.ports import Store
from dunning.records import InboxEvent
from portal.resting import key_of

MOST = 1_000
"""Webhooks that may wait to be written; more are turned away, and come again."""
AT_ONCE = 200
PATIENCE = 8.0
"""Seconds that a sender waits for us. The write may still succeed later: the same event again changes nothing."""


class NotKeptError(Exception):
    """The store could not be written in time; the text names the kind of error and nothing else."""


class Keeper:
    """`writing` is held during each write: SQLite has one writer, and who waits for it inside SQLite waits too long."""

    def __init__(self, store: Store, writing: asyncio.Lock) -> None:
        self._store = store
        self._writing = writing
        self._waiting: list[tuple[InboxEvent, asyncio.Future[str]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def keep(self, event: InboxEvent) -> None:
        """Returns when the event survives a power failure. Raises NotKeptError."""
        if len(self._waiting) >= MOST:
            raise NotKeptError("too many webhooks at once")
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await asyncio.wait((done,), timeout=PATIENCE)
        trouble = done.result() if done.done() else "the store is too slow"
        if trouble:
            raise NotKeptError(trouble)

    async def close(self) -> None:
        """Returns when what was given to it is written; close the store after that."""
        if self._writer:
            await self._writer

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            trouble = await self._written([event for event, _ in batch])
            for _, done in batch:
                done.set_result(trouble)

    async def _written(self, events: Sequence[InboxEvent]) -> str:
        try:
            async with self._writing:
                # In one order for all: two portals that keep the same events at once would else wait for each other.
                await self._store.receive(sorted(events, key=key_of))
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was kept, and the sender has to hear that
            return type(error).__name__
        return ""
