"""Closing the books of an invoice."""

from typing import Protocol

from temporalio import activity

from activities.fenced import fenced
from dunning.case.ledger import Kind, not_in
from dunning.case.orders import CloseOrder, ReopenOrder
from dunning.case.results import CloseResult, Found, Noted, Remembered
from dunning.level import Level
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.ports.payments import Credits
from dunning.ports.tickets import Tickets
from dunning.records.credit import Credit
from dunning.tickets.money import told_at_closing
from operations.money.spread_credit import SpreadCredit
from operations.services.change_holds import lift_hold


class ClosingRecords(Credits, Holds, Invoices, Tickets, Protocol):
    """What is written when a case ends."""


class CloseBooks:
    """Keeps the final ledger, and turns what was paid too much into the account's credit, for its open invoices."""

    def __init__(self, store: ClosingRecords, spread: SpreadCredit) -> None:
        self._store = store
        self._spread = spread

    @activity.defn(name="close_books")
    @fenced
    async def close_books(self, order: CloseOrder) -> CloseResult:
        """Safe to repeat; books closed again (money came meanwhile) replace the earlier ones.

        Two who start a closed case again at the same moment may start it from different books: lines that were closed
        before and that this case does not have are told to it, so that no money is dropped. What it counted and is
        credit already is struck out, so that none is invented.
        """
        missing = await closed_without(self._store, order)
        if missing:
            return missing
        for entry in order.entries:
            if entry.kind is Kind.CREDIT:
                credit = Credit(
                    id=f"{order.invoice}:{entry.id}",
                    account=order.account,
                    amount=entry.amount,
                    at=entry.at,
                    reason=f"paid beyond the balance of {order.invoice}",
                )
                await self._store.add_credit(credit)
        unclosed = await self._store.close_ledger(order)
        if isinstance(unclosed, Found):
            for reversal in unclosed.reversals:
                await self._store.open_ticket(told_at_closing(order, reversal))
        if unclosed:
            return unclosed
        if order.level is Level.DELETED:
            # What was deleted needs no hold: who signs up again under the same account starts free (S2-15).
            await lift_hold(self._store, order.account, order.invoice, order.fence)
        if any(entry.kind is Kind.CREDIT for entry in order.entries):
            await self._spread.quietly(order.account, order.at)
        return Noted(note=order.outcome)


async def closed_without(store: Invoices, order: CloseOrder | ReopenOrder) -> Remembered | None:
    """The lines that were closed before and that the order's case does not have; None when it has all."""
    closed = await store.ledger(order.invoice)
    missing = not_in(order.entries, closed.order.entries) if closed else ()
    return Remembered(entries=missing) if missing else None
