"""Maintenance windows as a guard: nothing is charged, restricted or deleted while customers cannot pay."""

from datetime import datetime, timedelta
from typing import Protocol

from activities.guards.begun import begun
from activities.guards.times import at_this_try
from dunning.case.orders import ChargeOrder, DeleteOrder, Order, RestrictOrder
from dunning.case.results import Deferred
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.ports.windows import Windows
from dunning.windows.can_they_pay import TO_PAY, Waits, step_waits
from dunning.windows.window import CHARGE, PutOff, hours_of

CHARGEBACK = "chargeback"
"""Fraud is suspected then, and that waits for nobody who pays."""


class WindowRecords(Windows, Accounts, Holds, Protocol):
    """The windows, and what is restricted already."""


class CanTheyPay:
    """Fits `dunning.ports.companies.Guard`, and is asked before a charge, too. `lead`: see `consequence_waits`."""

    def __init__(self, store: WindowRecords, lead: timedelta) -> None:
        self._store = store
        self._lead = lead

    async def may(self, order: RestrictOrder | DeleteOrder) -> Deferred | None:
        """None when they can pay; what an earlier try of the order has begun is done wholly."""
        if isinstance(order, RestrictOrder) and (order.reason == CHARGEBACK or await begun(self._store, order)):
            return None
        action = "delete" if isinstance(order, DeleteOrder) else order.level.value
        return await self._deferred(order, action)

    async def may_charge(self, order: ChargeOrder) -> Deferred | None:
        """The same before money is moved. Asking what became of it is always allowed."""
        return await self._deferred(order, CHARGE)

    async def _deferred(self, order: Order, action: str) -> Deferred | None:
        """Note first, then look again: a window that is cancelled between the two would otherwise tell nobody."""
        at = at_this_try(order)
        while waits := await self._waits(action, at):
            await self._store.note_put_off(_row(order, action, at, waits))
            if await self._waits(action, at) == waits:
                reason = f"nobody can pay in our maintenance window, {hours_of(waits.window)}"
                return Deferred(until=waits.until, reason=reason)
        return None

    async def _waits(self, action: str, at: datetime) -> Waits | None:
        return step_waits(action, at, await self._store.windows(at - TO_PAY), self._lead)


def _row(order: Order, action: str, at: datetime, waits: Waits) -> PutOff:
    return PutOff(
        window=waits.window.id,
        invoice=order.invoice,
        step=order.step,
        account=order.account,
        action=action,
        at=at,
        until=waits.until,
    )
