"""Looking at an invoice: all facts of its case, running or closed, and what comes next."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.case.case import Case
from dunning.case.decisions import Finish, Step, follow_up
from dunning.case.orders import CloseOrder
from dunning.case.results import Noted
from dunning.ports.accounts import Accounts
from dunning.ports.cases import Cases, NoAnswerError, NoCaseError, Trying
from dunning.ports.invoices import Invoices
from dunning.rules.machine import decide
from dunning.rules.record import recorded
from dunning.windows.shut import ALWAYS_OPEN, Shut
from operations.errors import BooksRemovedError, NoCaseAtAllError, NoSuchInvoiceError, RefusedError

CaseOf = Callable[[str], Awaitable[Case | None]]
"""All facts of an invoice's case, as `Look.case` tells them."""


class CaseView(NamedTuple):
    """A case as it is at `at`, and what it is about to do or waits for; nothing, if it `died` (`Cases.died`).

    `trying` is what it is at and has tried in vain so far. `shut` is what puts off steps to come; None: the store could
    not tell.
    """

    case: Case
    at: datetime
    step: Step
    died: str = ""
    trying: tuple[Trying, ...] = ()
    shut: Shut | None = ALWAYS_OPEN


class LookRecords(Invoices, Accounts, Protocol):
    """Invoices, and whose they are."""


class Look:
    """Asks the case, and the store about what is closed. All raise OutageError. `clock` is the wall's."""

    def __init__(self, store: LookRecords, cases: Cases, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._cases = cases
        self._clock = clock

    async def case(self, invoice: str) -> Case | None:
        """All facts of an invoice's case, running or closed; None when there is none.

        A closed one that Temporal has forgotten is read from its books.
        """
        try:
            return await self._cases.ask(invoice)
        except NoCaseError:
            return await self._closed(invoice)

    async def show(self, invoice: str) -> CaseView:
        """The case as it is now; a closed one is read from its books when no worker can tell.

        Raises NoSuchInvoiceError, BooksRemovedError, and NoCaseAtAllError for an invoice whose case never began.
        """
        try:
            case = await self.case(invoice)
        except NoAnswerError:
            known = await self._store.invoice(invoice)
            case = await self._closed(invoice) if known and known.status != "open" else None
            if case is None:
                raise
        if case is None:
            raise await self._no_case(invoice)
        at = present(case, self._clock())
        step = decide(case, at)
        # A dead case answers from its history as if nothing had happened.
        over = isinstance(step, Finish)
        died, trying = ("", ()) if over else (await self._cases.died(invoice), await self._cases.trying(invoice))
        return CaseView(case, at, step, died, () if died else trying)

    async def _no_case(self, invoice: str) -> RefusedError:
        known = await self._store.invoice(invoice)
        if known is None:
            return await self._unknown(invoice)
        return BooksRemovedError(invoice) if known.status == "closed" else NoCaseAtAllError(invoice)

    async def _unknown(self, name: str) -> NoSuchInvoiceError:
        try:
            account = await self._store.account(name)
        except LookupError:
            return NoSuchInvoiceError(name)
        numbers = ", ".join(each.number for each in await self._store.open_invoices(account.id)) or "none"
        return NoSuchInvoiceError(name, f", but an account is called so; its open invoices: {numbers}")

    async def _closed(self, invoice: str) -> Case | None:
        books = await self._store.ledger(invoice)
        return as_closed(books.order) if books else None


def as_closed(order: CloseOrder) -> Case:
    """The case as it ended. Its books hold it as it was when they were to be closed: that was the last thing it did."""
    return recorded(order.case, follow_up(order.step, order.at), Noted(note=order.outcome), order.at)


def present(case: Case, now: datetime) -> datetime:
    """Now; but a case on virtual time may be ahead of us."""
    return max(now, case.opened_at, *(done.at for done in case.done))
