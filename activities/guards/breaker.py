"""The breaker as a guard: it stops suspensions and deletions when too many come at once, and asks a person."""

import asyncio
from datetime import timedelta
from typing import Protocol

import structlog

from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred
from dunning.fleet.breaker import ADMITTED, ALLOWED, KEPT, Limits, breaker_alert, counted, reason
from dunning.ports.consequences import Consequences
from dunning.ports.tickets import Tickets
from dunning.records.effects import Consequence


class BreakerRecords(Consequences, Tickets, Protocol):
    """What is counted, and work for people."""


KEPT_FOR = timedelta(days=7)
"""What a person decided against asks again so rarely; who allows it wakes it sooner."""
AT_ONCE = 100
"""So many are written in one transaction: a whole fleet comes at once, and each flush of a disk takes milliseconds."""
log = structlog.stdlib.get_logger("reprieve.breaker")


class Breaker:
    """Fits `dunning.ports.companies.Guard`. What it stops asks again after `retry`; who allows it wakes it sooner."""

    def __init__(self, store: BreakerRecords, limits: Limits, retry: timedelta) -> None:
        self._store = store
        self._limits = limits
        self._retry = retry
        self._told: set[str] = set()
        self._waiting: list[tuple[Consequence, asyncio.Future[Consequence]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def may(self, order: RestrictOrder | DeleteOrder) -> Deferred | None:
        """None for what is not counted, has room, or was allowed. Safe to repeat."""
        action = counted(order)
        if not action:
            return None
        asked = Consequence(
            key=order.key, account=order.account, invoice=order.invoice, action=action, at=order.at, status=ADMITTED
        )
        row = await self._admit(asked)
        if row.status in (ADMITTED, ALLOWED):
            return None
        if row.status == KEPT:
            return Deferred(until=order.at + KEPT_FOR, reason=reason(row))
        await self._tell(row)
        return Deferred(until=order.at + self._retry, reason=reason(row))

    async def _admit(self, asked: Consequence) -> Consequence:
        """Ask together with all that wait meanwhile. Who is cancelled takes nobody else's answer along."""
        answer: asyncio.Future[Consequence] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._admit_waiting())
        return await answer

    async def _admit_waiting(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            answers = [answer for _, answer in together]
            try:
                rows = await self._store.admit([asked for asked, _ in together], self._limits)
            except Exception as error:  # noqa: BLE001 - everybody who asked hears it, and asks again
                for answer in answers:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for answer, row in zip(answers, rows, strict=True):
                if not answer.done():
                    answer.set_result(row)

    async def _tell(self, row: Consequence) -> None:
        """Open the incident's ticket, once; each worker looks once, so thousands of calls stay cheap.

        It is not left to the first that was stopped: that one's worker may have died before it told anybody.
        """
        if row.incident in self._told:
            return
        before = await self._store.admitted(row.action, row.at - self._limits.window, row.at + self._limits.window)
        if await self._store.open_ticket(breaker_alert(row, before, self._limits)):
            log.error("the breaker stopped", action=row.action, incident=row.incident, happened=len(before))
        self._told.add(row.incident)
