"""How many cases may be on their way to their first rest: a backlog of first tasks would hold up every payment."""

import asyncio
from collections.abc import Awaitable, Callable

from dunning.ports.outages import OutageError

FIRST, LEAST, MOST = 8, 4, 200
"""Cases at the beginning, and at any time."""
PROMPT, SLOW = 0.25, 0.4
"""Seconds to the first task's end from which workers take more, and from which they have enough to do."""
SILENCE = 5.0
"""Seconds in which no first task ends, and no worker seems to be there: nobody is held up by what waits for one."""
_SOONEST, _SHARE = 0.02, 0.8


class Window:
    """Who starts a case enters first, and leaves when its first task is done.

    It widens while workers are prompt and narrows when they are not, whoever it is that keeps them busy: so starting
    many cases gives way to payments. `begun` says whether a case has done its first task. `silent`: nobody is waited
    for any more, because no worker seems to be there. `width` is for how many there is room.
    """

    def __init__(self, begun: Callable[[str], Awaitable[bool]]) -> None:
        self._begun = begun
        self.width = float(FIRST)
        self._inside = 0
        self._changed = asyncio.Event()
        self._usual = PROMPT
        self._heard = 0.0
        self._watching = set[asyncio.Task[None]]()
        self.silent = False

    async def enter(self) -> None:
        """Return when there is room for one more, which is taken then."""
        while self._inside >= self.width:
            self._changed.clear()
            await self._changed.wait()
        self._inside += 1

    def leave(self) -> None:
        """Make room."""
        self._inside -= 1
        self._changed.set()

    def leave_when_begun(self, invoice: str) -> None:
        """Make room once its first task is done."""
        task = asyncio.get_running_loop().create_task(self._watch(invoice))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def close(self) -> None:
        """Watch no more: what is still on its way is no backlog."""
        watching = [*self._watching]
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)

    async def _watch(self, invoice: str) -> None:
        try:
            await self._until_begun(invoice)
        finally:
            self.leave()

    async def _until_begun(self, invoice: str) -> None:
        clock = asyncio.get_running_loop().time
        started, pause = clock(), self._usual * _SHARE
        while not self.silent:
            await asyncio.sleep(max(_SOONEST, pause))
            if await self._has_begun(invoice):
                self._heard = clock()
                self._learn(self._heard - started)
                return
            pause = self._usual * (1 - _SHARE)
            self.silent = clock() - max(started, self._heard) > SILENCE

    async def _has_begun(self, invoice: str) -> bool:
        try:
            return await self._begun(invoice)
        except OutageError:
            return False  # the next start says what is wrong

    def _learn(self, seconds: float) -> None:
        self._usual += (seconds - self._usual) / FIRST
        if self._usual < PROMPT:
            self.width = min(MOST, self.width + 1 / self.width)
        elif self._usual > SLOW:
            self.width = max(LEAST, self.width - 1 / self.width)
