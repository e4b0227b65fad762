"""Patience with a database that is away: what was asked of it is done again, whole, until that works or time is over.

Every public method of the store is safe to repeat, also when the answer to its COMMIT was lost: so this is the one
place that tries again, for all of them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from adapters.store.database.silence import Silence
from dunning.ports.outages import StoreAwayError

_FIRST, _LONGEST = 0.05, 1.0
"""Seconds between two tries: a restart is over in a second or two, a failover in a minute."""

_AGAIN = ContextVar("again", default=False)
T = TypeVar("T")


def again() -> bool:
    """Whether this is another try: what a call finds written may be its own, of which nobody told it."""
    return _AGAIN.get()


async def patiently(doing: Callable[[], Awaitable[T]], patience: float, silence: Silence | None) -> T:
    """Do it until the database is there. Raises StoreAwayError when it is not for so many seconds.

    `silence` notices a database that does not answer at all.
    """
    until, pause = time.monotonic() + patience, _FIRST
    while True:
        try:
            if silence is None:
                return await doing()
            async with silence.noticed():
                return await doing()
        except StoreAwayError:
            if time.monotonic() + pause > until:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST)
        _AGAIN.set(True)


def patient(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Have a method of the store be done patiently."""

    @wraps(method)
    async def whole(self: Any, *args: Any, **named: Any) -> Any:
        before = _AGAIN.set(False)
        try:
            return await patiently(lambda: method(self, *args, **named), self.patience, self.silence)
        finally:
            _AGAIN.reset(before)

    return whole
