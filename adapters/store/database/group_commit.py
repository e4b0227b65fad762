"""Group commit: what comes during one transaction goes into the next one, together.

A disk takes milliseconds to promise that something is written. Everybody waits for one such promise, or for two, but
two hundred in a second need not wait for two hundred of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

AT_ONCE = 200
"""Callers that share one transaction, at the most."""

FEW = 8
"""Transactions that follow each other at once even where one lingers."""
_T = TypeVar("_T")
_Waiting = list[tuple[Sequence[_T], asyncio.Future[Exception | None]]]


class GroupCommit(Generic[_T]):
    """`writing` opens a transaction, `write` writes the items of all callers in it.

    `linger`: after the first few, so many seconds lie between two of them, when nobody is in a hurry.
    """

    def __init__(
        self,
        writing: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
        write: Callable[[AsyncConnection, Sequence[_T]], Awaitable[None]],
        linger: float = 0,
    ) -> None:
        self._linger = linger
        self._hurry = asyncio.Event()
        self._rested = 0.0
        self._writing = writing
        self._write = write
        self._waiting: _Waiting[_T] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, items: Sequence[_T]) -> None:
        """Returns when they are written, all or none; raises what the transaction raises.

        They may still be written after a caller that is cancelled.
        """
        if not items:
            return
        done: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run())
        if trouble := await done:
            raise trouble

    def hurry(self) -> None:
        """Linger no more."""
        self._hurry.set()

    async def close(self) -> None:
        """Returns when what was given to it is written."""
        self.hurry()
        if self._writer:
            await self._writer

    async def _run(self) -> None:
        while self._waiting:
            await self._rest()
            batch, trouble = await self._one()
            for _, done in batch:
                if not done.done():
                    done.set_result(trouble)

    async def _rest(self) -> None:
        """Wait when there were many of late; `_rested` is how far we have used up our turns."""
        now = asyncio.get_running_loop().time()
        self._rested = max(self._rested, now - FEW * self._linger) + self._linger
        if self._rested > now:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), self._rested - now)

    async def _one(self) -> tuple[_Waiting[_T], Exception | None]:
        """One transaction. Its batch is taken when it begins: who came while we waited for our turn is in it."""
        batch: _Waiting[_T] = []
        try:
            async with self._writing() as connection:
                batch = self._take()
                await self._write(connection, [item for items, _ in batch for item in items])
        except Exception as error:  # noqa: BLE001 - whatever it is, everybody in the batch has to hear it
            return batch or self._take(), error
        return batch, None

    def _take(self) -> _Waiting[_T]:
        batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        return batch
