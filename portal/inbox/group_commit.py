"""Group commit: what comes during one transaction goes into the next one, together.

A disk takes milliseconds to promise that something is written. Everybody waits for one such promise, or for two, but
two hundred in a second need not wait for two hundred of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

AT_ONCE = 200
"""Items of one transaction, at the most."""

_T = TypeVar("_T")


class Together(Generic[_T]):
    """`write` writes several in one transaction. `writing` is held meanwhile.

    SQLite has one writer, and who waits for it inside SQLite waits too long.
    """

    def __init__(self, write: Callable[[Sequence[_T]], Awaitable[None]], writing: asyncio.Lock) -> None:
        self._write = write
        self._writing = writing
        self._waiting: list[tuple[_T, asyncio.Future[Exception | None]]] = []
        self._writer: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many wait for their transaction to begin."""
        return len(self._waiting)

    async def add(self, item: _T, patience: float | None = None) -> None:
        """Returns when it is written. Raises what the write raises, or TimeoutError after so many seconds.

        It may still be written then.
        """
        done: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run())
        await asyncio.wait((done,), timeout=patience)
        trouble = done.result() if done.done() else TimeoutError("the store is too slow")
        if trouble:
            raise trouble

    async def close(self) -> None:
        """Returns when what was given to it is written; close the store after that."""
        if self._writer:
            await self._writer

    async def _run(self) -> None:
        while self._waiting:
            async with self._writing:
                batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                trouble = await self._written([item for item, _ in batch])
            for _, done in batch:
                done.set_result(trouble)

    async def _written(self, items: Sequence[_T]) -> Exception | None:
        try:
            await self._write(items)
        except Exception as error:  # noqa: BLE001 - whatever it is, everybody in the batch has to hear it
            return error
        return None
