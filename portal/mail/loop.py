"""The loop behind the door for mail: what was kept is handled, again and again until that has worked.

The table is the queue, and everything that is done to a mail may be repeated: so a crash loses nothing. What fails
rests for a while and holds up nothing else.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from dunning.ports.inbox import Mailbox
from dunning.records.inbox import InboxEvent
from dunning.records.mail import InboundMail
from portal.inbox.backoff import Backoff, Pause, hopeless, key_of
from portal.mail.handle import MailHandler

AT_ONCE = 8
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
IDLE = 5.0
"""Seconds between two looks when nobody rings: another portal may have died with mails in its table."""
log = structlog.stdlib.get_logger("reprieve.portal")


class MailLoop:
    """`running` in a block; `ring` when something was kept."""

    def __init__(self, store: Mailbox, handling: MailHandler) -> None:
        self._store = store
        self._handling = handling
        self._backoff = Backoff()
        self._bell = asyncio.Event()
        self._stopping = False

    def ring(self) -> None:
        """Something was kept: look at once."""
        self._bell.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Handle what was kept while the block runs, beginning with what an earlier process left."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._stopping = True
            self._bell.set()
            await task

    async def _run(self) -> None:
        while not self._stopping:
            self._bell.clear()
            pause = await self._look()
            try:
                async with asyncio.timeout(pause):
                    await self._bell.wait()
            except TimeoutError:
                continue

    async def _look(self) -> float:
        """Handle what may be handled, one after the other: a mail may be long.

        Returns the seconds until another look is worth it.
        """
        try:
            waiting = await self._store.waiting_mails(AT_ONCE + len(self._backoff))
        except Exception as error:  # noqa: BLE001 - whatever it is, what is kept waits, and the loop must not end
            log.warning("the store cannot be read; mails wait", error=type(error).__name__)
            return IDLE
        self._backoff.keep_only({key_of(_token(mail)) for mail in waiting})
        ready = [mail for mail in waiting if not self._backoff.until(_token(mail), _time())]
        for mail in ready[:AT_ONCE]:
            await self._one(mail)
        return 0.0 if ready else min(IDLE, self._backoff.next(_time()))

    async def _one(self, name: str) -> None:
        mail: InboundMail | None = None
        try:
            mail = await self._store.inbound_mail(name)
            if mail:
                await self._handling.handle(mail)
        except Exception as error:  # noqa: BLE001 - one mail that cannot be handled must not stop the others
            await self._failed(name, mail, error)
        else:
            self._backoff.over(_token(name))

    async def _failed(self, name: str, mail: InboundMail | None, error: Exception) -> None:
        rest = self._backoff.failed(_token(name), error, _time())
        _tell(error, rest)
        if mail is None or not hopeless(rest):
            return
        try:
            await self._handling.give_up(mail, error)
        except Exception as second:  # noqa: BLE001 - it rests, and is tried again
            log.error("no ticket could be opened", error=type(second).__name__)  # noqa: TRY400
        else:
            self._backoff.over(_token(name))


def _token(mail: str) -> InboxEvent:
    """What rests is told apart by source and id."""
    return InboxEvent(source="mail", id=mail, body="", at=_NEVER)


def _tell(error: Exception, rest: Pause) -> None:
    """At the 1st, 2nd, 4th, 8th ... try, and without the Message-ID: it may hold somebody's address."""
    if rest.tries & (rest.tries - 1) == 0 or hopeless(rest):
        words = "a mail waits: the other side is away" if rest.outage else "a mail cannot be handled"
        log.warning(words, tries=rest.tries, error=type(error).__name__)


def _time() -> float:
    return asyncio.get_running_loop().time()
