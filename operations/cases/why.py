"""Why everything about an invoice or an account happened: the receipt that answers a customer."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from dunning.coverage import NONE
from dunning.explain.model import AccountReceipt, Receipt
from dunning.explain.receipt import attempt_keys, receipt
from dunning.holds import Hold
from dunning.ports.accounts import Accounts
from dunning.ports.effects import Effects
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.ports.notices import Notices
from dunning.ports.payments import Attempts, Credits
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account, AccountChange
from dunning.records.credit import Credit
from dunning.records.effects import Effect
from dunning.tickets.ticket import Ticket
from dunning.windows.shut import Shut
from operations.cases.look import CaseOf, present
from operations.errors import BooksRemovedError, NoCaseAtAllError, NotFoundError
from operations.windows.shut import ShutFrom


class ProofRecords(Accounts, Attempts, Credits, Effects, Holds, Invoices, Notices, Tickets, Protocol):
    """What proves how a case, or an account, came to stand where it stands."""


class Why:
    """Works for running and for closed cases. All raise OutageError. `clock` is the wall's."""

    def __init__(self, store: ProofRecords, case_of: CaseOf, shut: ShutFrom, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._case_of = case_of
        self._shut = shut
        self._clock = clock

    async def of(self, name: str) -> Receipt | AccountReceipt:
        """The receipt of an invoice, or of an account with all its invoices.

        Raises NotFoundError, BooksRemovedError, and NoCaseAtAllError for an invoice whose case never began.
        """
        made = await self.of_invoice(name)
        if made:
            return made
        if known := await self._store.invoice(name):
            raise BooksRemovedError(name) if known.status == "closed" else NoCaseAtAllError(name)
        try:
            account = await self._store.account(name)
        except LookupError:
            raise NotFoundError("there is no such invoice or account", about=name) from None
        return await self._of_account(account)

    async def of_invoice(self, invoice: str, *, for_customer: bool = False) -> Receipt | None:
        """The receipt of an invoice; None when nobody knows it. `for_customer`: only what its customer may know."""
        return await self._of_invoice(invoice, await self._shut(self._clock()), for_customer=for_customer)

    async def _of_invoice(self, invoice: str, shut: Shut, *, for_customer: bool) -> Receipt | None:
        case = await self._case_of(invoice)
        if case is None:
            return None
        notices = await self._store.notices(invoice)
        attempts = [await self._store.attempt(key) for key in attempt_keys(case)]
        at = present(case, self._clock())
        known = [each for each in attempts if each]
        return receipt(case, at, notices, known, waiting=shut.until, for_customer=for_customer)

    async def _of_account(self, account: Account) -> AccountReceipt:
        numbers = [invoice.number for invoice in await self._store.all_invoices(account.id)]
        shut = await self._shut(self._clock())
        receipts = [await self._of_invoice(number, shut, for_customer=False) for number in numbers]
        tickets = await self._store.tickets(account.id)
        return AccountReceipt(
            account=account.id,
            name=account.name,
            changes=tuple(_change(each) for each in await self._store.account_changes(account.id)),
            holds=tuple(_hold(each) for each in await self._store.holds(account.id)),
            services=tuple(_service(effect) for effect in await self._store.effects(account.id)),
            credits=tuple(_credit(each) for each in await self._store.credits(account.id)),
            tickets=tuple(_ticket(each) for each in tickets),
            invoices=tuple(each for each in receipts if each),
        )


def _hold(hold: Hold) -> str:
    on = f" on {'no service' if hold.service == NONE else hold.service}" if hold.service else ""
    by, note = f" by {hold.by}" if hold.by else "", f": {hold.note}" if hold.note else ""
    return f"{hold.source}{on}: {hold.level.value} since {hold.since:%Y-%m-%d %H:%MZ}{by}{note}"


def _credit(line: Credit) -> str:
    return f"{line.at:%Y-%m-%d %H:%MZ} {line.amount}: {line.reason} ({line.id})"


def _ticket(ticket: Ticket) -> str:
    at = ticket.closed_at
    closed = f" (closed {at:%Y-%m-%d %H:%MZ} by {ticket.closed_by}: {ticket.closed_reason})" if at else ""
    return f"{ticket.at:%Y-%m-%d %H:%MZ} {ticket.department}: {ticket.subject}{closed}"


def _change(change: AccountChange) -> str:
    return f"{change.at:%Y-%m-%d %H:%MZ} {change.by}: {'; '.join(change.what)} ({change.reason})"


def _service(effect: Effect) -> str:
    tag = f" ({effect.tag})" if effect.tag else ""
    seen = f"; seen from outside: {effect.proof}" if effect.proof else ""
    return (
        f"{effect.service}: wanted {effect.wanted.value}, the panel showed {effect.shown.value}{tag} "
        f"{effect.at:%Y-%m-%d %H:%MZ}{seen}"
    )
