"""What a person gives is kept in the store's inbox before its case is told, and ticked off when the case has it.

So nothing is lost when the command dies in between, or Temporal is away: the portal delivers what waits.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import uuid4  # noqa: TID251 - two equal waivers are two decisions: nothing but chance tells them apart

from dunning.ports.cases import CaseSaysNoError, NoCaseError
from dunning.ports.inbox import Inbox
from dunning.ports.outages import OutageError, StoreOutageError
from dunning.records.inbox import COMMAND, InboxEvent, News, NewsOutcome
from operations.errors import KeptError, RefusedError


class Ended(Protocol):
    """What a case was told, and has."""

    @property
    def outcome(self) -> NewsOutcome:
        """What became of it."""
        ...


R = TypeVar("R", bound=Ended)


class KeptFirst:
    """`clock` is the wall's."""

    def __init__(self, store: Inbox, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def give(self, news: News, bring: Callable[[News], Awaitable[R]]) -> R:
        """Keep it, bring it, and note what became of it.

        The same that waits already is brought instead, under its own id, so that it counts once. Raises KeptError when
        it cannot be brought now, StoreOutageError when it cannot be kept, and what `bring` refuses with.
        """
        event = await self._kept(news)
        try:
            ended = await bring(News.model_validate_json(event.body))
        except (RefusedError, CaseSaysNoError, NoCaseError):
            await self._note(event, "refused")
            raise
        except OutageError as error:
            raise KeptError(news.invoice, error) from error
        await self._note(event, ended.outcome)
        return ended

    async def _kept(self, news: News) -> InboxEvent:
        fresh = str(uuid4())
        body = news.model_copy(update={"update": news.update or fresh}).model_dump_json()
        event = InboxEvent(source=COMMAND, id=fresh, body=body, at=self._clock(), invoice=news.invoice)
        return await self._store.keep_given(event)

    async def _note(self, event: InboxEvent, outcome: str) -> None:
        """A store that goes away now changes nothing: it is delivered once more, and has the same answer."""
        with suppress(StoreOutageError):
            await self._store.handled(event, outcome)
