"""What a gateway tells of money that a subscription of its own brought: counted as the subscription's, and only so.

Stripe tells of such a payment twice: as any other payment, and as its subscription's. Both have the payment's own id,
and where it counts is decided once, under that id; whatever is taken back of it later is brought there, too.
"""

from typing import Protocol

from dunning.case.facts import Payment, Reversal
from dunning.ports.processors import ProcessorRecords
from dunning.ports.tickets import Tickets
from dunning.records.inbox import News
from dunning.records.processor_subscriptions import STRIPES, CountedSale
from dunning.tickets.processors import refunded_credit
from operations.processors.look import LookAtProcessor, payment_of
from operations.processors.processors import Processors


class ToldRecords(ProcessorRecords, Tickets, Protocol):
    """The links, where their payments count, and work for people."""


class SubscriptionNews:
    """Safe to repeat. All raise OutageError and GatewayRefusedError while the processor, or a case, cannot be asked."""

    def __init__(self, processors: Processors, store: ToldRecords, look: LookAtProcessor) -> None:
        self._processors = processors
        self._store = store
        self._look = look

    async def told(self, news: News) -> tuple[News, ...]:
        """The news as they count. What names an invoice is none of a subscription's, and what nobody linked stays."""
        if news.subscription:
            return await self._look.at(news.subscription)
        if news.invoice or not news.payment:
            return (news,)
        counted = await self._store.counted_sale(news.payment) or await self._counted_now(news.payment)
        return await self._as_counted(counted, news) if counted else (news,)

    async def _counted_now(self, payment: str) -> CountedSale | None:
        """Whoever hears of it first decides where it counts; None: no subscription that is linked brought it."""
        processor = self._processors.of(STRIPES)
        if processor is None or not await self._store.runs_subscriptions("stripe"):
            return None
        sale = await processor.sale(payment)
        if sale is None:
            return None
        await self._look.at(sale.subscription, sale.id)
        return await self._store.counted_sale(payment)

    async def _as_counted(self, counted: CountedSale, news: News) -> tuple[News, ...]:
        """What had become credit is that already; of what is taken back of credit a person hears."""
        if news.fact is None or (isinstance(news.fact, Payment) and news.fact.id == counted.id):
            return (payment_of(counted),) if counted.invoice else await self._look.at(counted.subscription, counted.id)
        if counted.invoice:
            there = {"invoice": counted.invoice, "account": counted.account}
            return payment_of(counted), news.model_copy(update=there)
        if isinstance(news.fact, Reversal):
            await self._store.open_ticket(refunded_credit(counted, news.fact))
            return ()
        return (news.model_copy(update={"account": counted.account}),)
