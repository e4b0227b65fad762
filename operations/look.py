"""Looking at an invoice: all facts of its case, running or closed, and what comes next."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple

from dunning.case.case import Case
from dunning.case.decisions import Step
from dunning.ports.cases import Cases, NoAnswerError, NoCaseError
from dunning.ports.invoices import Invoices
from dunning.records.books import ClosedLedger
from dunning.rules.machine import decide
from operations.decisions import no_case
from operations.errors import NoSuchInvoiceError

CaseOf = Callable[[str], Awaitable[Case | None]]
"""All facts of an invoice's case, as `Look.case` tells them."""


class CaseView(NamedTuple):
    """A case as it is at `at`, and what it is about to do or waits for."""

    case: Case
    at: datetime
    step: Step


class Look:
    """Asks the case, and the store about what is closed. All raise OutageError. `clock` is the wall's."""

    def __init__(self, store: Invoices, cases: Cases, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._cases = cases
        self._clock = clock

    async def case(self, invoice: str) -> Case | None:
        """All facts of an invoice's case, running or closed; None when there is none."""
        try:
            return await self._cases.ask(invoice)
        except NoCaseError:
            closed = await self._store.ledger(invoice)
            return closed.order.case if closed else None

    async def show(self, invoice: str) -> CaseView | ClosedLedger:
        """The case, or the books that were closed with it when Temporal has forgotten it or no worker can tell.

        Raises NoSuchInvoiceError, and RefusedError for an invoice whose case never began.
        """
        try:
            case = await self._cases.ask(invoice)
        except NoCaseError:
            closed = await self._store.ledger(invoice)
            if closed:
                return closed
            raise no_case(invoice) if await self._store.invoice(invoice) else NoSuchInvoiceError(invoice) from None
        except NoAnswerError:
            closed = await self._store.ledger(invoice)
            if closed:
                return closed
            raise
        at = present(case, self._clock())
        return CaseView(case, at, decide(case, at))


def present(case: Case, now: datetime) -> datetime:
    """Now; but a case on virtual time may be ahead of us."""
    return max(now, case.opened_at, *(done.at for done in case.done))
