"""Long work in an activity: a few things at a time."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

AT_ONCE = 8
"""So many cases or accounts are looked at, or told, at the same time: whoever checks is in nobody's way."""

T = TypeVar("T")


async def a_few(work: Iterable[Awaitable[T]]) -> list[T]:
    """All results, with `AT_ONCE` under way at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(each: Awaitable[T]) -> T:
        async with gate:
            return await each

    return await asyncio.gather(*(one(each) for each in work))
