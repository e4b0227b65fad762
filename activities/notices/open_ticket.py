"""Work for a person, and credit for money that fitted nowhere."""

from typing import Protocol

from temporalio import activity

from dunning.case.results import Noted
from dunning.ports.payments import Credits
from dunning.ports.tickets import Tickets
from dunning.records.credit import Credit
from dunning.tickets.ticket import TicketOrder
from operations.money.spread_credit import SpreadCredit


class OpenTicketRecords(Credits, Tickets, Protocol):
    """Tickets, and money that comes with one."""


class OpenTicket:
    """Writes the credit first: money is never only in a ticket's words."""

    def __init__(self, store: OpenTicketRecords, spread: SpreadCredit) -> None:
        self._store = store
        self._spread = spread

    @activity.defn(name="open_ticket")
    async def open_ticket(self, order: TicketOrder) -> Noted:
        """Safe to repeat: the ticket by its step, the credit by the payment's id."""
        if order.credit and order.credit_id:
            credit = Credit(
                id=order.credit_id, account=order.account, amount=order.credit, at=order.at, reason=order.subject
            )
            await self._store.add_credit(credit)
        await self._store.open_ticket(order)
        if order.credit and order.credit.minor > 0:
            await self._spread.quietly(order.account, order.at)
        return Noted(note=order.subject)
