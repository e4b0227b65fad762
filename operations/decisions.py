"""What people decide about an invoice: promise, waiver, approval, voiding it, another due date, a refused charge.

The case itself says yes or no.
"""

from dunning.case.facts import Answer, Approval, DueDateChange, Promise, RefusedCharge, Void, Waiver
from dunning.ports.cases import Cases, CaseSaysNoError, NoCaseError
from dunning.ports.invoices import Invoices
from operations.errors import CaseRefusedError, NoCaseAtAllError, NoSuchInvoiceError, RefusedError

Decision = Promise | Waiver | Approval | Void | DueDateChange | RefusedCharge


class Decisions:
    """The store only says why there is no case."""

    def __init__(self, store: Invoices, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def decide(self, invoice: str, decision: Decision) -> Answer:
        """Bring a decision to the invoice's case. Raises RefusedError with the case's reason, and OutageError."""
        try:
            return await self._cases.tell(invoice, decision)
        except CaseSaysNoError as error:
            raise CaseRefusedError(invoice, str(error)) from None
        except NoCaseError:
            raise await self._why_none(invoice) from None

    async def _why_none(self, invoice: str) -> RefusedError:
        closed, known = await self._store.ledger(invoice), await self._store.invoice(invoice)
        if closed:
            return RefusedError(
                f"its case is closed as {closed.outcome}, so nothing can be decided about it any more", about=invoice
            )
        return no_case(invoice) if known else NoSuchInvoiceError(invoice)


def no_case(invoice: str) -> NoCaseAtAllError:
    """For an invoice that the store knows, and whose case never began."""
    return NoCaseAtAllError(invoice)
