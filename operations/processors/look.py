"""Looking at what a processor's subscription took, and counting each of its payments once, in one place.

A webhook is only a hint to look. What the processor itself shows is counted: on the oldest invoice that the account
owes, and on no other; as credit of the account when it owes nothing.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from dunning.case.facts import Payment, Reversal
from dunning.case.ledger import MONEY_IN
from dunning.ports.accounts import Accounts
from dunning.ports.claims import Claims
from dunning.ports.invoices import Invoices
from dunning.ports.outages import GatewayRefusedError, OutageError, StoreOutageError
from dunning.ports.payments import Credits
from dunning.ports.processors import NoSuchProcessorSubscriptionError, Processor, ProcessorRecords
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.ports.tickets import Tickets
from dunning.records.credit import UNMATCHED, Credit
from dunning.records.inbox import News
from dunning.records.processor_subscriptions import (
    COMPANIES,
    Company,
    CountedSale,
    ProcessorSubscription,
    Sale,
    company_of,
)
from dunning.tickets.processors import processor_ended, refunded_credit
from operations.cases.look import CaseOf
from operations.money.deliver_news import Deliver
from operations.money.spread_credit import SpreadCredit
from operations.processors.doctor import PaymentDoctor
from operations.processors.processors import Processors

BACK, AHEAD = timedelta(days=45), timedelta(days=1)
"""So far back it is asked for payments: longer than PayPal tries. Its clock may be ahead of ours."""
AWAY = 5
"""When so many of a company's in a row cannot be looked at, the others wait for the next hour: each would take long."""
log = logging.getLogger("reprieve.operations")


class LookRecords(ProcessorRecords, Accounts, Claims, Credits, Invoices, SubscriptionRecords, Tickets, Protocol):
    """The links, the invoices of their accounts, and where money goes that none of these needs."""


class _Found(NamedTuple):
    """The link as it was seen, if there is one, and what it has to tell."""

    link: ProcessorSubscription | None
    news: tuple[News, ...] = ()


class _Owed(NamedTuple):
    """An invoice that is owed, and the sales that count on it."""

    invoice: str = ""
    coming: tuple[str, ...] = ()


class LookAtProcessor:
    """Safe to repeat, by several at once. `clock` is the wall's.

    All raise OutageError and GatewayRefusedError while the processor, or a case, cannot be asked.
    """

    def __init__(
        self,
        processors: Processors,
        store: LookRecords,
        case_of: CaseOf,
        spread: SpreadCredit,
        clock: Callable[[], datetime],
    ) -> None:
        self._processors = processors
        self._store = store
        self._case_of = case_of
        self._spread = spread
        self._clock = clock

    async def at(self, name: str, sale: str = "", *, until: datetime | None = None) -> tuple[News, ...]:
        """What it has to tell to cases now; nothing of a subscription that is linked to nobody.

        Nothing is told of a company that is not set up here either.
        `sale` is one that somebody hinted at: the processor's list may show it a moment later. `until`: a case on
        virtual time is ahead of us.
        """
        return (await self._found(name, sale, until)).news

    async def _found(self, name: str, sale: str = "", until: datetime | None = None) -> "_Found":
        linked = await self._store.processor_subscription(name)
        processor = self._processors.of(name)
        if linked is None or processor is None:
            return _Found(None)
        linked = await self.refreshed(linked)
        news = list[News]()
        for each in await self._sales(processor, linked, sale, until or self._clock()):
            news += await self._news(linked, each)
        return _Found(linked, tuple(news))

    async def stopping(self, linked: ProcessorSubscription) -> None:
        """Note that we are about to have it stop: a webhook may say so before the processor answers us."""
        await self._store.note_processor_subscription(linked.model_copy(update={"stopped_by_us": True}))

    async def refreshed(self, linked: ProcessorSubscription) -> ProcessorSubscription:
        """As the processor says now; one that it does not know any more takes nothing.

        A person hears of one that stopped since the last look, unless we had it stop. Others may have looked, or
        had it stop, while the processor was asked.
        """
        processor = self._processors.of(linked.id)
        if processor is None:
            return linked
        try:
            terms = await processor.terms(linked.id)
        except NoSuchProcessorSubscriptionError:
            terms = linked.terms.model_copy(update={"status": "expired", "next_charge": None, "retry_at": None})
        linked = await self._store.processor_subscription(linked.id) or linked
        if linked.stopped(terms) and not linked.stopped_by_us:
            await self._store.open_ticket(processor_ended(linked, terms.status, self._clock()))
        linked = linked.seen(terms, self._clock())
        await self._store.note_processor_subscription(linked)
        return linked

    async def tell(self, name: str, deliver: Deliver) -> int:
        """Look, and bring what it has to its cases; how much that was."""
        found = await self._found(name)
        for each in found.news:
            await deliver(each)
            await self._note_told(each)
        now = await self._store.processor_subscription(name)
        if now and now == found.link:
            await self._store.note_processor_subscription(now.model_copy(update={"untold": False}))
        return len(found.news)

    async def _note_told(self, news: News) -> None:
        back = isinstance(news.fact, Reversal)
        assert isinstance(news.fact, Payment | Reversal)
        counted = await self._store.counted_sale(news.fact.payment if isinstance(news.fact, Reversal) else news.fact.id)
        if counted:
            await self._store.note_sale(counted.model_copy(update={"taken_back" if back else "told": True}))

    async def _sales(
        self, processor: Processor, linked: ProcessorSubscription, sale: str, until: datetime
    ) -> Sequence[Sale]:
        since = max(linked.counts_from, until - BACK)
        found = {each.id: each for each in await processor.sales(linked.id, since, until + AHEAD)}
        hinted = await processor.sale(sale) if sale and sale not in found else None
        if hinted and hinted.subscription == linked.id:
            found[hinted.id] = hinted
        return [each for each in found.values() if each.at >= linked.counts_from and each.amount.minor > 0]

    async def _news(self, linked: ProcessorSubscription, sale: Sale) -> list[News]:
        """A refund is told with its payment: whoever hears of it may not have heard of that."""
        counted = await self._store.counted_sale(sale.id)
        if counted is None:
            if sale.status != "completed":
                return []
            counted = await self._counted(linked, sale)
        if not counted.invoice:
            await self._as_credit(counted, linked.processor)
            if sale.status == "refunded" and not counted.taken_back:
                await self._store.open_ticket(refunded_credit(counted, self._back(counted)))
                await self._store.note_sale(counted.model_copy(update={"told": True, "taken_back": True}))
            return []
        told = [] if counted.told else [payment_of(counted)]
        if sale.status == "refunded" and not counted.taken_back:
            told.append(News(invoice=counted.invoice, account=counted.account, fact=self._back(counted)))
        return told

    def _back(self, sale: CountedSale) -> Reversal:
        reason = f"refunded at {company_of(sale.subscription)}"
        return Reversal(id=f"{sale.id}:refunded", payment=sale.id, amount=sale.amount, at=self._clock(), reason=reason)

    async def _counted(self, linked: ProcessorSubscription, sale: Sale) -> CountedSale:
        """What was parked because it came without this name is taken from there; what is left of that counts."""
        account = await self._account(linked)
        left = await self._store.give(UNMATCHED, account, _payment(sale), self._clock())
        while True:
            owed = await self._oldest_owed(linked, account, sale.amount.currency) if left else _Owed()
            its = CountedSale(
                id=sale.id,
                subscription=linked.id,
                account=account,
                invoice=owed.invoice,
                amount=left or sale.amount,
                at=sale.at,
                told=left is None,
            )
            if counted := await self._store.count_sale(its, owed.coming):
                return counted

    async def _account(self, linked: ProcessorSubscription) -> str:
        try:
            return (await self._store.account(linked.account)).id
        except LookupError:
            return linked.account

    async def _oldest_owed(self, linked: ProcessorSubscription, account: str, currency: str) -> "_Owed":
        """The oldest invoice that is owed still, with what is on its way to it; an empty number without one.

        Who owes in another currency alone brings it there: its case cannot count it, and tells a person.
        """
        ours, other = linked.subscription, _Owed()
        its = {each.invoice for each in await self._store.renewals(ours)} if ours else set[str]()
        for known in await self._store.open_invoices(account):
            if ours and known.number not in its:
                continue
            case = await self._case_of(known.number)
            if case is None or case.balance.minor <= 0:
                continue
            sales = await self._store.sales_of(known.number)
            found = _Owed(known.number, tuple(each.id for each in sales))
            if case.balance.currency != currency:
                other = other if other.invoice else found
                continue
            heard = {entry.id for entry in case.entries if entry.kind in MONEY_IN}
            coming = [each.amount for each in sales if each.id not in heard]
            if case.balance.minor > sum(each.minor for each in coming if each.currency == currency):
                return found
        return other

    async def _as_credit(self, sale: CountedSale, processor: str) -> None:
        """Nothing is owed: it is paid ahead."""
        if sale.told:
            return
        reason, at = f"{processor} {sale.subscription} paid ahead", min(sale.at, self._clock())
        line = Credit(id=credit_line(sale), account=sale.account, amount=sale.amount, at=at, reason=reason)
        await self._store.add_credit(line)
        await self._store.note_sale(sale.model_copy(update={"told": True}))
        await self._spread.quietly(sale.account, self._clock())


class LookAtAll:
    """The periodic look: a webhook may never come."""

    def __init__(self, look: LookAtProcessor, store: LookRecords, deliver: Deliver, doctor: PaymentDoctor) -> None:
        self._look = look
        self._store = store
        self._deliver = deliver
        self._doctor = doctor

    async def all(self, at: datetime, beat: Callable[..., None]) -> int:
        """Look where something is owed, was expected by `at`, or is not told yet; how many payments that were.

        One that cannot be looked at keeps no other waiting; it is looked at the next time. Whoever waited longest comes
        first. Raises StoreOutageError.
        """
        told, failed = 0, Counter[Company]()
        for each in sorted(await self._store.processor_subscriptions(), key=lambda link: link.looked_at):
            if failed[each.processor] < AWAY and await self._matters(each, at):
                try:
                    told += await self._one(each)
                    failed[each.processor] = 0
                except StoreOutageError:
                    raise
                except (OutageError, GatewayRefusedError) as error:
                    failed[each.processor] += isinstance(error, OutageError) and await self._is_unseen(each)
                    log.warning("%s of %s was not looked at: %s", each.id, each.account, error)
            beat(each.id)
        return told

    async def _is_unseen(self, link: ProcessorSubscription) -> bool:
        """Whether its company did not answer; if it did, somebody else did not."""
        now = await self._store.processor_subscription(link.id)
        return now is not None and now.looked_at == link.looked_at

    async def _one(self, link: ProcessorSubscription) -> int:
        told = await self._look.tell(link.id, self._deliver)
        if now := await self._store.processor_subscription(link.id):
            await self._doctor.warn(now)
        return told

    async def _matters(self, linked: ProcessorSubscription, at: datetime) -> bool:
        expected = linked.terms.expected
        due = linked.untold or bool(expected and expected <= at)
        return due or bool(await self._store.open_invoices(linked.account))


def payment_of(sale: CountedSale) -> News:
    """As its case hears of it."""
    return News(invoice=sale.invoice, account=sale.account, fact=_payment(sale))


def _payment(sale: Sale | CountedSale) -> Payment:
    method = COMPANIES[company_of(sale.subscription)]
    return Payment(id=sale.id, amount=sale.amount, at=sale.at, method=method)


def credit_line(sale: CountedSale) -> str:
    """The id of the credit that it became."""
    return f"processor:{sale.id}"
