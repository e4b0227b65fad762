"""Heartbeats: a dead worker is noticed in seconds, however patient the call to the company is."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from temporalio import activity

BEAT_SECONDS = 2.0
"""Seconds between heartbeats; well below the heartbeat timeout in `workflows.calls`."""


@asynccontextmanager
async def beating() -> AsyncGenerator[None]:
    """Send heartbeats while the block runs."""
    task = asyncio.create_task(_beat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _beat() -> None:
    while True:
        # First sleep: a call that is over at once needs no heartbeat, and each one is paid for.
        await asyncio.sleep(BEAT_SECONDS)
        activity.heartbeat()
