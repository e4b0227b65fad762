"""Bringing what a gateway, a processor, a mail server or a person says to its case, whatever state that is in.

Portal, sweep and command line come this way, so that money takes one road.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from dunning.case.facts import Bounced, MethodChanged, Payment, PaymentNews, Restored, Reversal
from dunning.ports.accounts import Accounts
from dunning.ports.cases import Cases, CaseSaysNoError, NoCaseError
from dunning.ports.payments import Consents
from dunning.records.inbox import News, NewsOutcome, Outcome
from dunning.records.payments import Consent
from dunning.tickets.money import refused_payment
from operations.bring_decision import BringDecision
from operations.money.count_money import CountMoney
from operations.money.late_money import LateRecords


class NewsRecords(LateRecords, Accounts, Consents, Protocol):
    """Whose case it is, and where money goes that has none."""


Deliver = Callable[[News], Awaitable[Outcome]]
"""Brings news to its case, as `DeliverNews.deliver` does."""


class DeliverNews:
    """Safe to repeat: the same news has the same outcome, or "already counted"."""

    def __init__(self, store: NewsRecords, cases: Cases) -> None:
        self._store = store
        self._cases = cases
        self._money = CountMoney(store, cases)
        self._decisions = BringDecision(store, cases)

    async def deliver(self, news: News) -> Outcome:
        """Bring it to its case; money ends in a ledger exactly once.

        Raises OutageError while Temporal, or every worker, is away, and RefusedError for a decision that is not done.
        """
        if news.decision:
            return await self._decisions.bring(news.invoice, news.decision, news.update)
        return await self._told(news, await self._owner(news))

    async def _told(self, news: News, account: str) -> Outcome:
        match news.fact:
            case Payment() as payment:
                return await self._pay(news, payment, account)
            case MethodChanged() as changed:
                return await self._method(account, changed)
            case Reversal() | Restored() as back:
                return Outcome(outcome=await self._money.taken_back(news.invoice, back, account), invoice=news.invoice)
            case PaymentNews() | Bounced() as fact:
                return Outcome(outcome=await self._note(news.invoice, fact), invoice=news.invoice)
            case Consent() as consent:
                await self._store.add_consent(consent.model_copy(update={"account": account}))
                return Outcome(outcome="noted", invoice=news.invoice)
            case None:
                return Outcome(outcome="ignored", invoice=news.invoice)

    async def _owner(self, news: News) -> str:
        """The account: by the invoice, as the news says, or by the payer. Who pays on our page is remembered."""
        invoice = await self._store.invoice(news.invoice) if news.invoice else None
        account = invoice.account if invoice else news.account
        if not account:
            return await self._store.account_of(news.payer) if news.payer else ""
        if news.payer and isinstance(news.fact, Consent):
            await self._store.set_payer(account, news.payer)
        return account

    async def _pay(self, news: News, payment: Payment, account: str) -> Outcome:
        if not news.invoice and not account:
            return Outcome(outcome="ignored")  # somebody else's business with the same gateway
        try:
            brought = await self._money.payment(news.invoice, payment, account)
        except CaseSaysNoError as error:
            await self._store.open_ticket(refused_payment(news.invoice, account, payment, str(error)))
            return Outcome(outcome="refused", invoice=news.invoice)
        answer = brought.answer
        if answer is None:
            return Outcome(outcome=brought.outcome, invoice=news.invoice)
        return Outcome(outcome=answer.outcome, invoice=news.invoice, balance=answer.balance, state=answer.state)

    async def _method(self, account: str, fact: MethodChanged) -> Outcome:
        for invoice in await self._store.open_invoices(account) if account else ():
            await self._note(invoice.number, fact)
        return Outcome(outcome="noted" if account else "ignored")

    async def _note(self, invoice: str, fact: PaymentNews | MethodChanged | Bounced) -> NewsOutcome:
        if not invoice:
            return "ignored"
        try:
            await self._cases.signal(invoice, fact)
        except NoCaseError:
            return "ignored"
        return "noted"
