"""Maintenance windows as a guard: nothing is charged, restricted or deleted while customers cannot pay."""

from datetime import datetime, timedelta
from typing import Protocol

from temporalio import activity

from activities.guards.begun import begun
from dunning.case.orders import ChargeOrder, DeleteOrder, Order, RestrictOrder
from dunning.case.results import Deferred
from dunning.ports.holds import Holds
from dunning.ports.windows import Windows
from dunning.windows.can_they_pay import TO_PAY, Waits, charge_waits, consequence_waits
from dunning.windows.window import PutOff, hours_of

CHARGEBACK = "chargeback"
"""Fraud is suspected then, and that waits for nobody who pays."""


class WindowRecords(Windows, Holds, Protocol):
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
        at = _at(order)
        windows = await self._store.windows(at - TO_PAY)
        action = "delete" if isinstance(order, DeleteOrder) else order.level.value
        return await self._noted(order, action, at, consequence_waits(at, windows, self._lead))

    async def may_charge(self, order: ChargeOrder) -> Deferred | None:
        """The same before money is moved. Asking what became of it is always allowed."""
        at = _at(order)
        return await self._noted(order, "charge", at, charge_waits(at, await self._store.windows(at)))

    async def _noted(self, order: Order, action: str, at: datetime, waits: Waits | None) -> Deferred | None:
        if waits is None:
            return None
        window, until = waits
        row = PutOff(
            window=window.id,
            invoice=order.invoice,
            step=order.step,
            account=order.account,
            action=action,
            at=at,
            until=until,
        )
        await self._store.note_put_off(row)
        return Deferred(until=until, reason=f"nobody can pay in our maintenance window, {hours_of(window)}")


def _at(order: Order) -> datetime:
    """When this try is: a step may be tried for hours while its company is away. By the workflow's own clock."""
    info = activity.info()
    return order.at + (info.current_attempt_scheduled_time - info.scheduled_time)
