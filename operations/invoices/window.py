"""How many cases may be on their way to their first rest: a backlog of first tasks would hold up every payment."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from dunning.ports.outages import OutageError

FIRST, LEAST, MOST = 8, 4, 200
"""Cases at the beginning, and at any time."""
PROMPT, SLOW = 0.15, 0.25
"""Seconds to the first task's end from which workers take more, and from which they have enough to do."""
SILENCE = 5.0
"""Seconds in which no first task ends, and no worker seems to be there: nobody is held up by what waits for one."""
AWAY = 60.0
"""The same once one was there: it may be started anew, and what is piled up before it waits for it."""
_LEARNS, _STEP, _AGAIN = 0.25, 1.1, 0.5


class Window:
    """Who starts a case enters first, and leaves when its first task is done.

    It widens while workers are prompt and narrows when they are not, whoever it is that keeps them busy: so starting
    many cases gives way to payments. `begun` returns once a case has done its first task. Tasks are done in the order
    in which they came, and asking for each would cost as much as some of them: so only the last one that was started is
    waited for, and with it all those before it leave. `silent`: nobody is waited for any more, because no worker seems
    to be there. `width` is for how many there is room.
    """

    def __init__(self, begun: Callable[[str], Awaitable[None]]) -> None:
        self._begun = begun
        self.width = float(FIRST)
        self._inside = 0
        self._changed = asyncio.Event()
        self._usual = PROMPT
        self._started = list[tuple[str, float]]()
        self._watching: asyncio.Task[None] | None = None
        self._seen = False
        self.silent = False

    async def enter(self) -> None:
        """Return when there is room for one more, which is taken then."""
        while self._inside >= self.width:
            self._changed.clear()
            await self._changed.wait()
        self._inside += 1

    def leave(self, several: int = 1) -> None:
        """Make room."""
        self._inside -= several
        self._changed.set()

    def leave_when_begun(self, invoice: str) -> None:
        """Make room once its first task is done."""
        loop = asyncio.get_running_loop()
        self._started.append((invoice, loop.time()))
        if self._watching is None or self._watching.done():
            self._watching = loop.create_task(self._watch())

    async def close(self) -> None:
        """Watch no more: what is still on its way is no backlog."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        while self._started:
            several, self._started = self._started, []
            try:
                await self._until_begun(several)
            finally:
                self.leave(len(several))

    async def _until_begun(self, several: list[tuple[str, float]]) -> None:
        if self.silent:
            return
        (first, _), (last, at) = several[0], several[-1]
        heard = await self._begins(last, AWAY if self._seen else SILENCE)
        self._seen = self._seen or heard
        self._learn(asyncio.get_running_loop().time() - at)
        self.silent = not heard and not await self._begins(first, SLOW)

    async def _begins(self, invoice: str, patience: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while True:
                    try:
                        await self._begun(invoice)
                    except OutageError:  # the next start says what is wrong
                        await asyncio.sleep(_AGAIN)
                    else:
                        return True
        return False

    def _learn(self, seconds: float) -> None:
        self._usual += (seconds - self._usual) * _LEARNS
        if self._usual < PROMPT:
            self.width = min(MOST, self.width * _STEP)
        elif self._usual > SLOW:
            self.width = max(LEAST, self.width / _STEP)
