"""Announcing a maintenance window: to every customer before it starts, and who has a bill near it is asked to pay."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from dunning.case.orders import NoticeOrder
from dunning.notices.announcement import Addressee, announcement, begins_with, told
from dunning.policy.step_names import notice_id
from dunning.ports.companies import NoticeStarter
from dunning.ports.notices import Notices
from dunning.ports.open_cases import OpenSnapshots
from dunning.ports.outages import OutageError
from dunning.ports.windows import Windows
from dunning.rules.pay_by import is_near, pay_by_notice
from dunning.windows.near import closure_of
from dunning.windows.window import Window
from operations.cases.last_seen import last_seen
from operations.cases.look import CaseOf, present
from operations.cases.snapshots import Tick, untold
from operations.errors import RefusedError, UnfinishedError
from operations.windows.shut import ShutFrom

_ALWAYS = datetime.max.replace(tzinfo=UTC)
_TOO_LATE = "it has begun or is over, and is announced before it starts only"


class AnnounceRecords(Windows, Notices, OpenSnapshots, Protocol):
    """Windows, whom to write to, and what was written."""

    async def addressees(self) -> tuple[Addressee, ...]:
        """Every account that is nobody else's by now, by id."""
        ...


class Wanted(NamedTuple):
    """Which window, the addresses that people answer at meanwhile, and further zones to tell its hours in."""

    window: str
    write_to: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


class Announced(NamedTuple):
    """Who is written to, who was before, who has no address that works; and whose bills near it are asked for."""

    window: Window
    to: tuple[Addressee, ...]
    before: int
    silent: tuple[str, ...]
    bills: tuple[NoticeOrder, ...]


class AnnounceWindow:
    """Orders each notice once for the hours that it names: killed anywhere and done again, nobody gets two.

    The notices are small workflows of their own, which the worker sends and keeps. `clock` is the wall's.
    """

    def __init__(
        self,
        store: AnnounceRecords,
        case_of: CaseOf,
        notices: NoticeStarter,
        shut: ShutFrom,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._case_of = case_of
        self._notices = notices
        self._shut = shut
        self._clock = clock

    async def whom(self, wanted: Wanted) -> Announced:
        """Who would be written to now. Raises RefusedError for a window that is none to announce, StoreOutageError."""
        return await self._whom(await self._window(wanted), wanted)

    async def announce(self, wanted: Wanted, per_second: float, tick: Tick = untold) -> Announced:
        """Have them written to, so many a second. Raises as `whom`, and UnfinishedError when something goes away."""
        window = await self._window(wanted)
        found = await self._whom(window, wanted)
        orders = [*await self._announcements(window, wanted, found.to), *found.bills]
        for done, order in enumerate(orders):
            try:
                await self._notices.send(order)
            except OutageError as error:
                raise UnfinishedError(f"{window.id}: {done} of {len(orders)} notices were ordered: {error}") from None
            tick(done + 1, len(orders))
            await asyncio.sleep(1 / per_second)
        return found

    async def _window(self, wanted: Wanted) -> Window:
        window = await self._store.window(wanted.window)
        if window is None:
            raise RefusedError("there is no such window; `starter.py window list` names them", about=wanted.window)
        if window.cancelled or window.since <= self._clock():
            raise RefusedError("it is cancelled" if window.cancelled else _TOO_LATE, about=window.id)
        if len({window.zone, "UTC", *wanted.also}) < 2:  # noqa: PLR2004 - customers are told in two at least
            raise RefusedError("its hours were said in UTC; name a second zone that customers know", field="also")
        return window

    async def _whom(self, window: Window, wanted: Wanted) -> Announced:
        known, _ = told(await self._store.notices_named(begins_with(window.id)), window)
        everybody = await self._store.addressees()
        to = tuple(each for each in everybody if each.email and each.account not in known)
        silent = tuple(each.account for each in everybody if not each.email)
        bills = [each async for each in self._bills(window, wanted)]
        return Announced(window, to, len(known), silent, tuple(bills))

    async def _announcements(self, window: Window, wanted: Wanted, to: Iterable[Addressee]) -> list[NoticeOrder]:
        _, changed = told(await self._store.notices_named(begins_with(window.id)), window)
        closure = closure_of(window).model_copy(update={"also": wanted.also, "write_to": wanted.write_to})
        return [announcement(window, closure, each, self._clock(), changed=changed) for each in to]

    async def _bills(self, window: Window, wanted: Wanted) -> AsyncIterator[NoticeOrder]:
        """In the order in which they are due, without those that were asked for before."""
        now = self._clock()
        shut = await self._shut(now)
        closure = closure_of(window).model_copy(update={"write_to": wanted.write_to})
        rows = [row for row in await self._store.open_snapshots(_ALWAYS) if is_near(row.due, window, row.zone)]
        for row in sorted(rows, key=lambda row: (row.due, row.number)):
            case = None if row.died else last_seen(row) or await self._case_of(row.number)
            order = pay_by_notice(case, window, closure, present(case, now), shut.until) if case else None
            if order and not await self._store.notice(notice_id(order.key, 0)):
                yield order
