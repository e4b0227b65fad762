"""Opening many invoices: a few hundred in the store at once, then case by case, as fast as workers take them."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

from dunning.ports.cases import BusyError
from dunning.ports.outages import OutageError
from operations.errors import RefusedError
from operations.invoices.open_invoice import Opening, Ready, Row
from operations.invoices.opened_many import Checked, Failed, OpenedMany
from operations.invoices.window import Window

TOGETHER = 200
"""Invoices of one transaction, at the most."""
FEW = 20
"""Invoices under way from which the next ones may be fewer than that."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries with a busy server, beside what the client itself waits; what is away is waited for there."""
_T = TypeVar("_T")


class Opens(Protocol):
    """`operations.invoices.open_invoice.OpenInvoice`."""

    async def prepare(self, rows: Sequence[Row]) -> list[Ready | Opening | RefusedError]:
        """Write at once what the store has to know of them; no account twice. Raises OutageError."""
        ...

    async def start(self, ready: Ready) -> Opening:
        """Start its case. Raises RefusedError, OutageError."""
        ...

    async def fresh(self, several: Sequence[Ready]) -> Sequence[Ready]:
        """As they are, or read again if they have waited for long. Raises OutageError."""
        ...

    async def until_begun(self, invoice: str) -> None:
        """Return once its case has done its first task. Raises OutageError."""
        ...


async def open_many(invoices: Iterable[Checked], opens: Opens, report: OpenedMany, tick: Callable[[], None]) -> None:
    """Open each and note in `report` what came of it. Once the server is gone for good, the rest is not even tried."""
    by_account = defaultdict[str, deque[Checked]](deque)
    for each in invoices:
        by_account[each.new.account].append(each)
    await _Opening(opens, report, tick, deque(by_account.values())).run()


class _Opening:
    """While the cases of some start, the next ones are written down.

    An account's invoices come one after the other, because each adds its services to what the account has: `_free` are
    the accounts of which none is under way.
    """

    def __init__(
        self, opens: Opens, report: OpenedMany, tick: Callable[[], None], accounts: deque[deque[Checked]]
    ) -> None:
        self._opens = opens
        self._report = report
        self._tick = tick
        self._free = accounts
        self._under_way = dict[str, deque[Checked]]()
        self._over = asyncio.Event()
        self._window = Window(opens.until_begun)

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                coming = group.create_task(self._written())
                while written := await coming:
                    coming = group.create_task(self._written())
                    async for each, ready in self._one_by_one(written):
                        group.create_task(self._start(each, ready))
        finally:
            await self._window.close()
            self._report.unheard = self._window.silent

    async def _one_by_one(self, written: Sequence[tuple[Checked, Ready]]) -> AsyncGenerator[tuple[Checked, Ready]]:
        """Each as soon as there is room for it; those that wait for long are read again together."""
        rows, ready = [each for each, _ in written], [each for _, each in written]
        for place, row in enumerate(rows):
            await self._window.enter()
            with suppress(OutageError):  # starting it meets the same, and says so
                ready[place:] = await self._opens.fresh(ready[place:])
            yield row, ready[place]

    async def _written(self) -> list[tuple[Checked, Ready]]:
        """The next ones that are in the store; none when all are under way or over."""
        while self._free or self._under_way:
            several = await self._taken()
            if self._report.failed:
                self._fail(several, "not tried any more")
            elif written := await self._prepared(several):
                return written
        return []

    async def _taken(self) -> list[Checked]:
        """One of each account that is free, once there are enough, or little else is under way."""
        while len(self._free) < TOGETHER and len(self._under_way) > FEW:
            self._over.clear()
            await self._over.wait()
        if not self._free and self._under_way:
            self._over.clear()
            await self._over.wait()
        accounts = [self._free.popleft() for _ in range(min(TOGETHER, len(self._free)))]
        several = [account.popleft() for account in accounts]
        self._under_way |= {each.new.account: account for each, account in zip(several, accounts, strict=True)}
        return several

    async def _prepared(self, several: Sequence[Checked]) -> list[tuple[Checked, Ready]]:
        try:
            found = await _patiently(lambda: self._opens.prepare(several)) if several else []
        except OutageError as error:
            self._fail(several[:1], str(error))
            self._fail(several[1:], "not tried any more")
            return []
        for each, one in zip(several, found, strict=True):
            if not isinstance(one, Ready):
                self._note(each, one)
        return [(each, one) for each, one in zip(several, found, strict=True) if isinstance(one, Ready)]

    async def _start(self, each: Checked, ready: Ready) -> None:
        if self._report.failed:
            self._window.leave()
            self._fail([each], "not tried any more")
            return
        try:
            opening = await _patiently(lambda: self._opens.start(ready))
        except (RefusedError, OutageError) as error:
            self._window.leave()
            self._note(each, error)
            return
        self._note(each, opening)
        if opening.outcome == "started":
            self._window.leave_when_begun(each.new.invoice)
        else:
            self._window.leave()

    def _fail(self, several: Sequence[Checked], reason: str) -> None:
        for each in several:
            self._note(each, OutageError(reason))

    def _note(self, each: Checked, came: Opening | RefusedError | OutageError) -> None:
        """What came of it; its account is free for the next one."""
        number = each.new.invoice
        match came:
            case RefusedError():
                self._report.refused.append(Failed(each.place, number, came.reason))
            case OutageError():
                self._report.failed.append(Failed(each.place, number, str(came)))
            case _:
                self._report.note(each, came)
        if more := self._under_way.pop(each.new.account):
            self._free.append(more)
        self._over.set()
        self._tick()


async def _patiently(work: Callable[[], Awaitable[_T]]) -> _T:
    for pause in PAUSES:
        try:
            return await work()
        except BusyError:
            await asyncio.sleep(pause)
    return await work()
