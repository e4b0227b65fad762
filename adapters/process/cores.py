"""Work that is nothing but counting, spread over the processors of this machine."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from multiprocessing import get_context
from typing import TypeVar

Part = TypeVar("Part")
Done = TypeVar("Done")


class Processors:
    """Fits `dunning.ports.cores.Cores`. One part alone is worth no process of its own, and is done in a thread."""

    async def spread(self, work: Callable[[Part], Done], parts: Sequence[Part]) -> AsyncGenerator[Done]:
        """Each part's result as it is there. Who stops listening ends the processes once their parts are done."""
        if len(parts) <= 1:
            for part in parts:
                yield await asyncio.to_thread(work, part)
            return
        async with aclosing(_in_processes(work, parts)) as results:
            async for result in results:
                yield result


async def _in_processes(work: Callable[[Part], Done], parts: Sequence[Part]) -> AsyncGenerator[Done]:
    workers = min(len(parts), len(os.sched_getaffinity(0)))
    # Spawned and not forked: this process has threads, whose locks a fork would copy as they are.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_interrupts)
    try:
        futures = [asyncio.wrap_future(pool.submit(work, part)) for part in parts]
        for future in asyncio.as_completed(futures):
            yield await future
    finally:
        # Waited for in a thread: who ends this process at once would leave them behind.
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C goes to all processes of a terminal; the one that listens ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
