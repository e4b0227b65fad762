"""Bringing a person's decision to its invoice's case, which says yes or no: by a command at once, or from the inbox."""

from typing import Protocol

from dunning.case.facts import GiveBack, UseCredit
from dunning.money import Money
from dunning.payments.goodwill import give_back_refused
from dunning.ports.accounts import Accounts
from dunning.ports.cases import Cases, CaseSaysNoError, NoCaseError
from dunning.ports.invoices import Invoices
from dunning.ports.payments import Credits
from dunning.records.credit import to_use
from dunning.records.inbox import Decision, Outcome
from dunning.rules.answers import answered_before
from dunning.rules.updates import MOST
from operations.cases.dead_case import wait_for_recovery
from operations.cases.wake import wake
from operations.errors import BooksRemovedError, CaseRefusedError, NoCaseAtAllError, NoSuchInvoiceError, RefusedError

_ASKED_FOR = "asked for"


class DecisionRecords(Accounts, Invoices, Credits, Protocol):
    """Why there is no case, closed books that go on, and credit that is to be used."""


class BringDecision:
    """Safe to repeat: under the same update id a decision is taken once, and so is what has an id of its own."""

    def __init__(self, store: DecisionRecords, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def bring(self, invoice: str, decision: Decision, update: str = "") -> Outcome:
        """What the case answers. Raises RefusedError with its reason, or why there is none, and OutageError."""
        try:
            if isinstance(decision, GiveBack):
                return await self._give_back(invoice, decision)
            if isinstance(decision, UseCredit):
                await self._check_credit(invoice, update)
            answer = await self._cases.tell(invoice, decision, update)
        except CaseSaysNoError as error:
            raise CaseRefusedError(invoice, str(error)) from None
        except NoCaseError:
            raise await self._why_none(invoice) from None
        return Outcome(outcome=answer.outcome, invoice=invoice, balance=answer.balance, state=answer.state)

    async def _why_none(self, invoice: str) -> RefusedError:
        closed, known = await self._store.ledger(invoice), await self._store.invoice(invoice)
        if closed:
            return RefusedError(
                f"its case is closed as {closed.outcome}, so nothing can be decided about it any more", about=invoice
            )
        if not known:
            return NoSuchInvoiceError(invoice)
        if known.status == "closed":
            return BooksRemovedError(invoice)
        await wait_for_recovery(self._cases, invoice)
        return NoCaseAtAllError(invoice)

    async def _check_credit(self, invoice: str, update: str) -> None:
        """There has to be some, unless this very decision has used it already."""
        case = await self._cases.ask(invoice)
        account, currency = case.invoice.account, case.balance.currency
        if (
            answered_before(case, update)
            or to_use(await self._store.credits(account), Money(minor=MOST, currency=currency)).minor
        ):
            return
        raise RefusedError(f"account {account!r} has no credit in {currency}", about=invoice)

    async def _give_back(self, invoice: str, fact: GiveBack) -> Outcome:
        """Leave it with the case; a closed one goes on for it."""
        try:
            case = await self._cases.ask(invoice)
            _allow(invoice, give_back_refused(case, fact))
            await self._cases.signal(invoice, fact)
        except NoCaseError:
            closed = await self._store.ledger(invoice)
            if closed is None:
                raise
            case = closed.order.case
            _allow(invoice, give_back_refused(case, fact))
            if fact not in case.given_back:
                await wake(self._store, self._cases, case, fact)
        return Outcome(outcome=_ASKED_FOR, invoice=invoice)


def _allow(invoice: str, reason: str) -> None:
    if reason:
        raise CaseRefusedError(invoice, reason)
