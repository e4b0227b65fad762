"""Giving a payment back, to a customer who keeps what it paid for."""

from dunning.case.case import going_on
from dunning.case.facts import GiveBack
from dunning.payments.goodwill import give_back_refused
from dunning.ports.cases import Cases, NoCaseError
from dunning.ports.invoices import Invoices
from operations.errors import CaseRefusedError, NoSuchInvoiceError, RefusedError


class Goodwill:
    """Safe to repeat: the same id is given back once."""

    def __init__(self, store: Invoices, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def give_back(self, invoice: str, fact: GiveBack) -> None:
        """Leave it with the invoice's case; a closed one goes on for it. Raises RefusedError, OutageError."""
        if await self._store.invoice(invoice) is None:
            raise NoSuchInvoiceError(invoice)
        try:
            case = await self._cases.ask(invoice)
            _allow(invoice, give_back_refused(case, fact))
            await self._cases.signal(invoice, fact)
        except NoCaseError:
            await self._wake(invoice, fact)

    async def _wake(self, invoice: str, fact: GiveBack) -> None:
        closed = await self._store.ledger(invoice)
        if closed is None:
            raise RefusedError("it has neither a case nor closed books", about=invoice)
        case = closed.order.case
        _allow(invoice, give_back_refused(case, fact))
        if fact not in case.given_back:
            await self._cases.wake(going_on(case, await self._store.new_generation(invoice)), fact)


def _allow(invoice: str, reason: str) -> None:
    if reason:
        raise CaseRefusedError(invoice, reason)
