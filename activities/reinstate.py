"""Giving the service back."""

from datetime import timedelta

from temporalio import activity

from activities.heartbeat import steadily
from activities.panel_work import bring_to_holds, suspended_by_staff
from dunning.holds import after_payment
from dunning.levels import strictest
from dunning.orders import ReinstateOrder, TicketOrder
from dunning.ports import OutageError, Panel, Store
from dunning.results import Reinstated

PATIENCE = timedelta(minutes=15)
"""Paid up and still restricted for longer than this opens a Billing ticket (S2-08, promise 7)."""


class Reinstate:
    """Lifts this invoice's own hold, and nobody else's (promise 6), until the panel shows it (promise 7)."""

    def __init__(self, panel: Panel, store: Store, patience: timedelta = PATIENCE) -> None:
        self._panel = panel
        self._store = store
        self._patience = patience

    @activity.defn(name="reinstate")
    async def reinstate(self, order: ReinstateOrder) -> Reinstated:
        """Raises OutageError, for ever retried, until the panel shows what the remaining holds ask for."""
        account = await self._store.account(order.account)
        await self._lift(order)
        try:
            holds = await steadily(bring_to_holds(self._panel, self._store, account))
        except OutageError:
            await self._ticket_if_too_long(order)
            raise
        others = await suspended_by_staff(self._panel, account.services, holds)
        remaining = (*(hold.source for hold in holds), *others)
        return Reinstated(level=strictest(hold.level for hold in holds), remaining=remaining)

    async def _lift(self, order: ReinstateOrder) -> None:
        """Lift our hold, and hand it on where the policy says so.

        The invoice is marked as paid first, and what is handed on is looked at again afterwards: of two invoices that
        are paid at the same moment, one hands its hold to the other, and either of the two sees it.
        """
        await self._store.mark_invoice(order.invoice, "paid")
        while await self._swapped(order):
            pass

    async def _swapped(self, order: ReinstateOrder) -> bool:
        before = await self._store.holds(order.account)
        past_due = await self._store.past_due(order.account, order.today)
        paid = [number for number in (order.invoice, order.renews) if number]
        paid += [hold.source for hold in before if await self._is_paid(hold.source)]
        after = after_payment(before, paid, order.rule, past_due)
        if after != before and not await self._store.replace_holds(order.account, before, after):
            msg = f"the holds of account {order.account} changed at the same moment; reading them again"
            raise OutageError(msg)
        return after != before

    async def _is_paid(self, source: str) -> bool:
        invoice = await self._store.invoice(source)
        return invoice is not None and invoice.status in ("paid", "closed")

    async def _ticket_if_too_long(self, order: ReinstateOrder) -> None:
        # Both are the server's times, so this also holds on virtual time.
        info = activity.info()
        trying = info.current_attempt_scheduled_time - info.scheduled_time
        if trying < self._patience:
            return
        ticket = TicketOrder(
            invoice=order.invoice,
            account=order.account,
            step="still-restricted",
            at=order.at,
            subject=f"Paid up and still restricted: {order.account}",
            body=f"{order.invoice} is paid, but the panel has not shown the services running for {trying}.",
        )
        await self._store.open_ticket(ticket)
