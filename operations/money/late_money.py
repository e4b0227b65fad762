"""Money for an invoice that has no open case: it ends in the books once. The rules: `dunning.payments.late_money`."""

from typing import Protocol

from dunning.case.case import Case
from dunning.case.facts import Payment, Restored, Reversal
from dunning.payments.late_money import LateMoney, late_payment_of, late_restored_of, late_reversal_of
from dunning.ports.accounts import Accounts
from dunning.ports.cases import Cases
from dunning.ports.claims import Claims
from dunning.ports.invoices import Invoices
from dunning.ports.payments import Credits
from dunning.ports.tickets import Tickets
from dunning.records.books import KnownInvoice
from dunning.records.claims import GIVEN, Claim
from dunning.records.credit import UNMATCHED
from dunning.records.inbox import LateOutcome
from operations.cases.dead_case import wait_for_recovery
from operations.cases.wake import wake


class LateRecords(Accounts, Claims, Credits, Invoices, Tickets, Protocol):
    """Where money goes that has no open case."""


class KeepLateMoney:
    """Safe to repeat; each gives the outcome. `account`: whose it is as the news says, for an unknown invoice."""

    def __init__(self, store: LateRecords, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def payment(
        self, invoice: str, payment: Payment, claim: Claim, known: KnownInvoice | None, account: str
    ) -> LateOutcome | None:
        """Credited, refunded (the case does it), already counted, or parked.

        None when somebody else claimed it, or closed the books, since: then ask the case again. Raises DeadCaseError.
        """
        closed = await self._store.ledger(invoice) if known else None
        if known and closed is None:
            await wait_for_recovery(self._cases, invoice)
        if known and closed is None and claim.place == GIVEN:
            # Its case counted it, and is gone without closing its books: when it is recovered, it is asked for again.
            return "already counted"
        if claim.place == GIVEN and claim.invoice == UNMATCHED:
            return "already counted"  # a processor's subscription brought it, and it counts as that says
        late = late_payment_of(invoice, payment, known, closed, account)
        if late.wake:
            await self._wake(late.wake, payment)
        if late.credit and not await self._store.keep_as_credit(claim, closed, late.credit, late.ticket):
            return None
        return late.outcome

    async def reversal(self, invoice: str, reversal: Reversal, account: str = "") -> LateOutcome:
        """Already counted, reopened (the case goes on), or parked: it waits for its payment."""
        closed = await self._store.ledger(invoice) if invoice else None
        return await self._done(late_reversal_of(invoice, reversal, closed, account), reversal)

    async def restored(self, invoice: str, fact: Restored, account: str = "") -> LateOutcome:
        """Already counted, reopened, so that the case counts it; or parked: it waits for its reversal."""
        closed = await self._store.ledger(invoice) if invoice else None
        return await self._done(late_restored_of(invoice, fact, closed, account), fact)

    async def _done(self, late: LateMoney, fact: Reversal | Restored) -> LateOutcome:
        if late.wake:
            await self._wake(late.wake, fact)
        if late.ticket:
            await self._store.open_ticket(late.ticket)
        return late.outcome

    async def _wake(self, case: Case, fact: Payment | Reversal | Restored) -> None:
        await wake(self._store, self._cases, case, fact)
