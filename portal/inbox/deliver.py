"""The delivery of what was kept: oldest first, a few at a time, the events of one invoice in their order.

The inbox is the queue, and every delivery may be repeated: so a crash loses nothing, and two portals may share a store.
What fails rests for a while, and never holds up what has nothing to do with it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence

import structlog

from dunning.ports.inbox import Inbox
from dunning.records.inbox import InboxEvent, News, Outcome
from portal.inbox.backoff import Backoff, Key, Pause, hopeless, key_of
from portal.inbox.handle import WebhookHandler
from portal.inbox.read import NewsReader

AT_ONCE = 8
"""Deliveries under way."""
WINDOW, WIDEST = 50, 500
"""How many waiting events are looked at; and at the most, when many at the head of the queue cannot start."""
GAP, SHARE, LONGEST_GAP = 0.02, 4, 1.0
"""Seconds between two looks: in a burst one look serves many. A long look is followed by a pause so many times as long,
up to the last: the webhooks that come in meanwhile need the processor, too."""
IDLE = 5.0
"""Seconds between two looks when nobody rings: another portal may have died with work in its inbox."""
GRACE = 10.0
"""Seconds that a stop waits for what is under way. What is cut off is delivered again by the next portal."""
log = structlog.stdlib.get_logger("reprieve.portal")

Matters = frozenset[str]


class InboxDelivery:
    """`run` it in a task; `ring` when something was kept; `stop` ends it between events."""

    def __init__(self, store: Inbox, handling: WebhookHandler) -> None:
        self._store = store
        self._handling = handling
        self._bell = asyncio.Event()
        self._stopping = False
        self._backoff = Backoff()
        self._reading = NewsReader(handling, self._failed, self.ring)
        self._flying: dict[Key, asyncio.Task[None]] = {}
        self._finished: set[Key] = set()
        self._width = WINDOW
        self._listeners: defaultdict[Key, list[asyncio.Future[tuple[Outcome, ...]]]] = defaultdict(list)

    def ring(self) -> None:
        """Something was kept: look at once."""
        self._bell.set()

    def stop(self) -> None:
        """Start nothing more; `run` returns when what is under way is over."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """Deliver until `stop`, beginning with what an earlier process left."""
        while not self._stopping:
            self._bell.clear()
            began = _time()
            pause = await self._look()
            await asyncio.sleep(max(GAP, min(SHARE * (_time() - began), LONGEST_GAP)))
            await _wait(self._bell, pause)
        self._reading.stop()
        if self._flying:
            _, late = await asyncio.wait(self._flying.values(), timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def outcome(self, event: InboxEvent, patience: float) -> tuple[Outcome, ...] | None:
        """Deliver it now, and tell what became of it; None when it is not over after so many seconds.

        Nothing, when another portal did it: then the store knows.
        """
        heard: asyncio.Future[tuple[Outcome, ...]] = asyncio.get_running_loop().create_future()
        key = key_of(event)
        self._listeners[key].append(heard)
        self.ring()
        try:
            await asyncio.wait((heard,), timeout=patience)
        finally:
            self._listeners[key].remove(heard)
            if not self._listeners[key]:
                del self._listeners[key]
        return heard.result() if heard.done() else None

    async def _look(self) -> float:
        """Start what may start. Returns the seconds until something may be worth another look."""
        self._finished.clear()
        asked = set(self._listeners)
        try:
            waiting = await self._store.waiting(self._width)
        except Exception as error:  # noqa: BLE001 - whatever it is, what is kept waits, and the delivery must not end
            log.warning("the store cannot be read; what is kept waits", error=type(error).__name__)
            return IDLE
        keys = {key_of(event) for event in waiting}
        if (
            len(waiting) < self._width
        ):  # all that waits is seen: what does not wait any more was handled by another portal
            self._tell_listeners(asked - keys - self._flying.keys() - self._finished, ())
        self._backoff.keep_only(keys)
        for event in waiting:
            self._backoff.seen(event, _time())
        self._reading.keep_only(keys | self._flying.keys())
        await self._reading.learn(event for event in waiting if self._may_be_tried(event))
        self._start(waiting)
        return 0.0 if self._widened(len(waiting)) else min(IDLE, self._backoff.next(_time()))

    def _widened(self, seen: int) -> bool:
        """Look further when the head of the queue leaves places free: it rests, or waits for what rests."""
        if seen < self._width:
            self._width = max(WINDOW, min(self._width, 2 * seen))
            return False
        if len(self._flying) >= AT_ONCE or self._width >= WIDEST:
            return False
        self._width = min(2 * self._width, WIDEST)
        return True

    def _may_be_tried(self, event: InboxEvent) -> bool:
        key = key_of(event)
        return key not in self._flying and key not in self._finished and not self._backoff.until(event, _time())

    def _start(self, waiting: Sequence[InboxEvent]) -> None:
        """Start what may start. What waits, or is away, keeps what comes after it in the same matter waiting."""
        blocked: set[str] = set()
        for key in self._flying:
            blocked |= _matters(self._reading.news(key))
        for event in waiting:
            key = key_of(event)
            matters = _matters(self._reading.news(key))
            rest = self._backoff.until(event, _time())
            if rest is None or rest.outage:
                free = len(self._flying) < AT_ONCE and not self._stopping and not matters & blocked
                if free and key in self._reading and self._may_be_tried(event):
                    self._flying[key] = asyncio.create_task(self._fly(event, self._reading.news(key)))
                blocked |= matters

    async def _fly(self, event: InboxEvent, news: tuple[News, ...]) -> None:
        key = key_of(event)
        try:
            self._over(event, await self._handling.deliver(event, news))
        except Exception as error:  # noqa: BLE001 - one event that cannot be delivered must not stop the others
            await self._failed(event, news, error)
        finally:
            del self._flying[key]
            self.ring()

    async def _failed(self, event: InboxEvent, news: tuple[News, ...], error: Exception) -> None:
        rest = self._backoff.failed(event, error, _time())
        _tell(event, error, rest)
        if not hopeless(rest):
            return
        try:
            self._over(event, await self._handling.give_up(event, news, error))
        except Exception as second:  # noqa: BLE001 - it rests, and is tried again
            log.error("no ticket could be opened", error=type(second).__name__)  # noqa: TRY400

    def _over(self, event: InboxEvent, outcomes: tuple[Outcome, ...]) -> None:
        key = key_of(event)
        self._finished.add(key)
        self._backoff.over(event)
        self._tell_listeners({key}, outcomes)

    def _tell_listeners(self, keys: Collection[Key], outcomes: tuple[Outcome, ...]) -> None:
        for key in keys:
            for heard in self._listeners.get(key, ()):
                if not heard.done():
                    heard.set_result(outcomes)


def _matters(news: tuple[News, ...]) -> Matters:
    """In whose order an event stands: its invoices', or where it names none, its account's or payer's."""
    return frozenset(each.invoice or each.account or each.payer for each in news) - {""}


def _tell(event: InboxEvent, error: Exception, rest: Pause) -> None:
    """At the 1st, 2nd, 4th, 8th ... try: a long outage would fill the log."""
    if rest.tries & (rest.tries - 1) == 0 or hopeless(rest):
        words = "what is kept waits: the other side is away" if rest.outage else "what is kept cannot be handled"
        log.warning(words, source=event.source, id=event.id, tries=rest.tries, error=type(error).__name__)


def _time() -> float:
    return asyncio.get_running_loop().time()


async def _wait(bell: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return
