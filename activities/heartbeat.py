"""Heartbeats: a dead worker is noticed in seconds, however patient the call to the company is."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, TypeVar

from temporalio import activity

BEAT_SECONDS = 2.0
"""Seconds between heartbeats; well below the heartbeat timeout in `workflows.calls`."""

T = TypeVar("T")
Self = TypeVar("Self")
Given = TypeVar("Given")


async def steadily(work: Awaitable[T]) -> T:
    """Send heartbeats while a try is under way, and never cut it off: what it did must be known.

    When the workflow gives the step up meanwhile, a try that succeeds still counts; one that fails is the last.
    """
    doing, beat = asyncio.ensure_future(work), asyncio.create_task(_beat())
    given_up = False
    try:
        while not doing.done():
            try:
                await asyncio.wait([doing])
            except asyncio.CancelledError:
                given_up = True
    finally:
        beat.cancel()
    if given_up and (error := doing.exception()):
        raise asyncio.CancelledError from error
    return doing.result()


def steady(method: Callable[[Self, Given], Awaitable[Any]]) -> Callable[[Self, Given], Awaitable[Any]]:
    """Do all of an activity `steadily`: while the store is locked nobody is dead, and a second try would wait, too."""

    @wraps(method)
    async def whole(self: Self, order: Given) -> Any:
        return await steadily(method(self, order))

    return whole


@asynccontextmanager
async def beating() -> AsyncGenerator[None]:
    """Heartbeats, however long a page of work takes; unlike `steadily`, it may be cut off."""
    beat = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beat.cancel()


async def _beat() -> None:
    while True:
        # First sleep: a call that is over at once needs no heartbeat, and each one is paid for.
        await asyncio.sleep(BEAT_SECONDS)
        activity.heartbeat()
