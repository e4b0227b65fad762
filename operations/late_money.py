"""Money for an invoice that has no open case any more, or that nobody knows: it ends in the books once (promise 9).

The rules: a late payment becomes credit of the account with a Billing ticket, or, where the policy gives excess back,
wakes the case, which refunds it. Money that is taken back wakes the case that had counted it; what had become credit is
taken off the credit. Money that belongs to nobody we know is parked under `UNMATCHED`, with a ticket.
"""

from typing import Protocol

from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, find
from dunning.money import Money
from dunning.policy.plan import Excess
from dunning.ports.cases import Cases
from dunning.ports.invoices import Invoices
from dunning.ports.payments import Credits
from dunning.ports.tickets import Tickets
from dunning.records.books import Credit
from dunning.records.credit import UNMATCHED
from dunning.tickets.money import late_payment, late_restored, late_reversal
from dunning.wire import Instant


class LateRecords(Credits, Invoices, Tickets, Protocol):
    """Where money goes that has no open case."""


class LateMoney:
    """Safe to repeat: every line has an id that comes from the money's own."""

    def __init__(self, store: LateRecords, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def payment(self, invoice: str, payment: Payment, account: str = "") -> str:
        """Credited, refunded (the case does it), already counted, already credited, or parked.

        Whoever heard an answer while there was a case hears the same again.
        """
        known = await self._store.invoice(invoice) if invoice else None
        closed = await self._store.ledger(invoice) if known else None
        counted = find(closed.order.entries, payment.id, MONEY_IN) if closed else None
        if counted:
            return counted.answered or "already counted"
        if closed and closed.order.case.plan.excess is Excess.REFUND:
            await self._cases.wake(closed.order.case, payment)
            return "refunded"
        number, owner = invoice or UNMATCHED, known.account if known else UNMATCHED
        why = f"was closed as {closed.outcome}" if closed else "has no running case" if known else "nobody knows"
        fresh = await self._credit(owner, f"{number}:{payment.id}", payment.amount, payment.at, why)
        asked = account if account and not known else owner
        await self._store.open_ticket(late_payment(number, asked, payment, why, credited_to=owner))
        return ("credited" if fresh else "already credited") if known else "parked"

    async def reversal(self, invoice: str, reversal: Reversal, account: str = "") -> str:
        """Reopened (the case goes on), taken off the credit, or parked: a ticket, because nothing matches."""
        closed = await self._store.ledger(invoice) if invoice else None
        counted = find(closed.order.entries, reversal.payment, MONEY_IN) if closed else None
        if closed and counted:
            if find(closed.order.entries, reversal.id, TAKEN_BACK):
                return "already counted"
            await self._cases.wake(closed.order.case, reversal)
            return "reopened"
        return await self._off_credit(invoice or UNMATCHED, reversal, account)

    async def restored(self, invoice: str, fact: Restored, account: str = "") -> str:
        """Reopened, so that the case counts it; back in the credit; or parked, with a ticket."""
        closed = await self._store.ledger(invoice) if invoice else None
        if closed and find(closed.order.entries, fact.reversal, TAKEN_BACK):
            await self._cases.wake(closed.order.case, fact)
            return "reopened"
        number, owner = invoice or UNMATCHED, account or UNMATCHED
        off = await self._store.credit(f"{number}:back:{fact.reversal}")
        if off:
            await self._credit(off.account, f"{number}:{fact.id}", fact.amount, fact.at, "had been taken back")
            return "credited"
        await self._store.open_ticket(late_restored(number, owner, fact))
        return "parked"

    async def _off_credit(self, invoice: str, reversal: Reversal, account: str) -> str:
        credited = await self._store.credit(f"{invoice}:{reversal.payment}")
        owner = credited.account if credited else account or UNMATCHED
        if credited:
            why = f"had credit that was taken back ({reversal.reason})"
            await self._credit(owner, f"{invoice}:back:{reversal.id}", -reversal.amount, reversal.at, why)
        await self._store.open_ticket(late_reversal(invoice, owner, reversal, credited=credited is not None))
        return "taken off the credit" if credited else "parked"

    async def _credit(self, account: str, line: str, amount: Money, at: Instant, why: str) -> bool:
        """`line` is `<invoice>:<what>`: the payments of two invoices may have the same id."""
        reason = f"payment for {line.partition(':')[0]}, which {why}"
        return await self._store.add_credit(Credit(id=line, account=account, amount=amount, at=at, reason=reason))
