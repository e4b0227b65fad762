"""What the waiting webhooks say, found out once each, and never so that one holds up the others.

Most say it by themselves. For some the gateway has to be asked, which takes a moment, or as long as it is away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable

from dunning.records.inbox import InboxEvent, News
from portal.inbox.backoff import Key, key_of
from portal.inbox.handle import WebhookHandler

AT_ONCE = 16
MOMENT = 0.25
"""Seconds that the others wait for slow ones, so that the order of arrival is kept where that is cheap."""

Failed = Callable[[InboxEvent, tuple[News, ...], Exception], Awaitable[None]]


class NewsReader:
    """`failed` hears of what cannot be read, `ring` of each that is over."""

    def __init__(self, handling: WebhookHandler, failed: Failed, ring: Callable[[], None]) -> None:
        self._handling = handling
        self._failed = failed
        self._ring = ring
        self._read: dict[Key, tuple[News, ...]] = {}
        self._asking: dict[Key, asyncio.Task[None]] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._read

    def news(self, key: Key) -> tuple[News, ...]:
        """What it says; nothing when that is not known."""
        return self._read.get(key, ())

    def keep_only(self, keys: Collection[Key]) -> None:
        """Forget the others."""
        self._read = {key: news for key, news in self._read.items() if key in keys}

    async def learn(self, events: Iterable[InboxEvent]) -> None:
        """Read these, as many as may be read at once, and wait a moment for them."""
        fresh: list[asyncio.Task[None]] = []
        for event in events:
            key = key_of(event)
            if key in self._read or key in self._asking:
                continue
            if len(self._asking) >= AT_ONCE:
                break
            self._asking[key] = asyncio.create_task(self._learn(event))
            fresh.append(self._asking[key])
        if fresh:
            await asyncio.wait(fresh, timeout=MOMENT)

    def stop(self) -> None:
        """Ask nobody any more."""
        for task in self._asking.values():
            task.cancel()

    async def _learn(self, event: InboxEvent) -> None:
        key = key_of(event)
        try:
            self._read[key] = await self._handling.read(event)
        except Exception as error:  # noqa: BLE001 - one that cannot be read must not stop the others
            await self._failed(event, (), error)
        finally:
            del self._asking[key]
            self._ring()
