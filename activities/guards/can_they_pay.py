"""Windows and outages as a guard: nothing is charged, restricted or deleted of whoever could not pay."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from activities.guards.begun import begun
from activities.guards.times import at_this_try
from dunning.case.deadline import Deadline
from dunning.case.orders import ChargeOrder, DeleteOrder, Order, RestrictOrder
from dunning.case.results import Deferred
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.ports.outage_ledger import OutageLedger
from dunning.ports.tickets import Tickets
from dunning.ports.windows import Windows
from dunning.tickets.outages import outage_goes_on
from dunning.windows.can_they_pay import TO_PAY, Cause, Waits
from dunning.windows.hours import OpenHours
from dunning.windows.shut import DELETE, Shut, is_last_day, why
from dunning.windows.window import CHARGE, PutOff

CHARGEBACK = "chargeback"
"""Fraud is suspected then, and that waits for nobody who pays."""

TURN = "what was put off until then comes one after the other, and its turn is next"


class WindowRecords(Windows, OutageLedger, Accounts, Holds, Tickets, Protocol):
    """The windows and outages, what is restricted already, and work for people."""


class CanTheyPay:
    """Fits `dunning.ports.companies.Guard`, and is asked before a charge, too.

    What is put off comes one after the other, `every` so often. For the rest see `Shut`.
    """

    def __init__(
        self,
        store: WindowRecords,
        lead: timedelta,
        least: timedelta,
        hours: Mapping[str, OpenHours],
        every: timedelta,
    ) -> None:
        self._store = store
        self._set = Shut(lead=lead, least=least, hours=hours)
        self._every = every

    async def may(self, order: RestrictOrder | DeleteOrder) -> Deferred | None:
        """None when they can pay; what an earlier try of the order has begun is done wholly."""
        if isinstance(order, RestrictOrder) and (order.reason == CHARGEBACK or await begun(self._store, order)):
            return None
        action = DELETE if isinstance(order, DeleteOrder) else order.level.value
        return await self._deferred(order, action, order.deadline)

    async def may_charge(self, order: ChargeOrder) -> Deferred | None:
        """The same before money is moved. Asking what became of it is always allowed."""
        return await self._deferred(order, CHARGE)

    async def _deferred(self, order: Order, action: str, deadline: Deadline | None = None) -> Deferred | None:
        """Note first, then look again: a window that is cancelled between the two would otherwise tell nobody."""
        at = at_this_try(order)
        while waits := await self._waits(action, at, deadline):
            rows = [_row(order, action, at, cause, waits.until) for cause in waits.causes]
            placed = await self._store.put_in_line(rows, self._every)
            if await self._waits(action, at, deadline) == waits:
                await self._tell(order, waits, deadline)
                until = max(each.until for each in placed)
                return Deferred(until=until, reason=why(waits), outage_days=waits.outage_days)
        waiting = await self._store.in_line(order.invoice, order.step, at) or await self._join(order, action, deadline)
        return Deferred(until=waiting.until, reason=TURN) if waiting and waiting.until > at else None

    async def _join(self, order: Order, action: str, deadline: Deadline | None) -> PutOff | None:
        """What was announced for an opening did not ask before, and stands in its line all the same."""
        if deadline is None or deadline.at < order.at:
            return None
        windows = await self._store.windows(min(order.at, deadline.planned) - TO_PAY)
        waits = self._set._replace(windows=windows).announced_for(action, order.at, deadline)
        if waits is None:
            return None
        (placed,) = await self._store.put_in_line(
            [_row(order, action, deadline.planned, waits.cause, waits.until)], self._every
        )
        return placed

    async def _waits(self, action: str, at: datetime, deadline: Deadline | None) -> Waits | None:
        windows = await self._store.windows(min(at, deadline.at if deadline else at) - TO_PAY)
        outages = await self._store.outages(deadline.since) if deadline else ()
        return self._set._replace(windows=windows, outages=outages).waits(action, at, deadline)

    async def _tell(self, order: Order, waits: Waits, deadline: Deadline | None) -> None:
        """What goes on for longer is for a person to decide, who has the last day for it."""
        if waits.outage and is_last_day(waits, deadline):
            await self._store.open_ticket(outage_goes_on(order, waits.outage.id, why(waits), waits.until))


def _row(order: Order, action: str, at: datetime, cause: Cause, until: datetime) -> PutOff:
    return PutOff(
        window=cause.id,
        invoice=order.invoice,
        step=order.step,
        account=order.account,
        action=action,
        at=at,
        opening=until,
        until=until,
    )
