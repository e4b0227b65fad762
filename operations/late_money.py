"""Money for an invoice that has no open case: it ends in the books once. The rules: `dunning.payments.late_money`."""

from typing import Protocol

from dunning.case.case import going_on
from dunning.case.facts import Payment, Restored, Reversal
from dunning.payments.late_money import LateMoney, late_payment_of, late_restored_of, late_reversal_of
from dunning.ports.cases import Cases
from dunning.ports.invoices import Invoices
from dunning.ports.payments import Credits
from dunning.ports.tickets import Tickets
from dunning.records.credit import back_line, late_line
from dunning.records.inbox import LateOutcome


class LateRecords(Credits, Invoices, Tickets, Protocol):
    """Where money goes that has no open case."""


class KeepLateMoney:
    """Safe to repeat; each gives the outcome. `account`: whose it is as the news says, for an unknown invoice."""

    def __init__(self, store: LateRecords, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def payment(self, invoice: str, payment: Payment, account: str = "") -> LateOutcome:
        """Credited, refunded (the case does it), already counted, already credited, or parked."""
        known = await self._store.invoice(invoice) if invoice else None
        closed = await self._store.ledger(invoice) if known else None
        return await self._done(late_payment_of(invoice, payment, known, closed, account), payment)

    async def reversal(self, invoice: str, reversal: Reversal, account: str = "") -> LateOutcome:
        """Already counted, reopened (the case goes on), taken off the credit, or parked."""
        closed = await self._store.ledger(invoice) if invoice else None
        credited = await self._store.credit(late_line(invoice, reversal.payment))
        return await self._done(late_reversal_of(invoice, reversal, closed, credited, account), reversal)

    async def restored(self, invoice: str, fact: Restored, account: str = "") -> LateOutcome:
        """Reopened, so that the case counts it; back in the credit; or parked."""
        closed = await self._store.ledger(invoice) if invoice else None
        taken_off = await self._store.credit(back_line(invoice, fact.reversal))
        return await self._done(late_restored_of(invoice, fact, closed, taken_off, account), fact)

    async def _done(self, late: LateMoney, fact: Payment | Reversal | Restored) -> LateOutcome:
        if late.wake:
            number = late.wake.invoice.number
            await self._cases.wake(going_on(late.wake, await self._store.new_generation(number)), fact)
        fresh = await self._store.add_credit(late.credit) if late.credit else True
        if late.ticket:
            await self._store.open_ticket(late.ticket)
        return late.outcome if fresh else late.again or late.outcome
