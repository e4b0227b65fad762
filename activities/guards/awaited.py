"""A step waits for a payment that a processor's subscription is about to bring, as the policy says."""

import logging
from datetime import datetime
from typing import Protocol

from activities.guards.begun import begun
from activities.guards.times import at_this_try
from dunning.calendar import local_date
from dunning.case.orders import AskOrder, ChargeOrder, DeleteOrder, NoticeOrder, Order, RestrictOrder
from dunning.case.results import Deferred
from dunning.payments.awaited import WORDS, expected
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.ports.outages import GatewayRefusedError, OutageError
from dunning.ports.processors import ProcessorRecords
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.records.processor_subscriptions import ProcessorSubscription
from operations.money.deliver_news import Deliver
from operations.processors.look import LookAtProcessor
from operations.processors.processors import Processors

log = logging.getLogger("reprieve.activities")


class AwaitedRecords(ProcessorRecords, SubscriptionRecords, Accounts, Holds, Protocol):
    """The links, whose invoices they pay, and what is restricted already."""


class AwaitedPayments:
    """Fits `dunning.ports.companies.Guard`, and is asked before a reminder, a charge and a fee, too."""

    def __init__(self, processors: Processors, store: AwaitedRecords, look: LookAtProcessor, deliver: Deliver) -> None:
        self._processors = processors
        self._store = store
        self._look = look
        self._deliver = deliver

    async def may(self, order: RestrictOrder | DeleteOrder) -> Deferred | None:
        """None when none is near; what an earlier try of the order has begun is done wholly."""
        if isinstance(order, RestrictOrder) and await begun(self._store, order):
            return None
        return await self._waits(order)

    async def may_ask(self, order: AskOrder) -> Deferred | None:
        """The same before a fee is added."""
        return await self._waits(order)

    async def may_charge(self, order: ChargeOrder) -> Deferred | None:
        """The same before we charge. Who takes over has the processor stop first, so that nobody pays twice."""
        waits = await self._waits(order)
        if waits or order.awaits is None or not order.awaits.take_over:
            return waits
        if (await self._store.account(order.account)).payer:
            for each in await self._links(order):
                processor = self._processors.of(each.id)
                if processor and each.terms.active and each.terms.failed:
                    await self._look.stopping(each)
                    await processor.suspend(each.id, f"Invoice {order.invoice} is charged otherwise")
                    await self._look.refreshed(each)
        return None

    async def may_remind(self, order: NoticeOrder) -> Deferred | None:
        """The same before a customer is reminded of what is past due."""
        if local_date(order.at, order.zone) <= order.due:
            return None
        return await self._waits(order)

    async def expected_at(self, order: NoticeOrder) -> datetime | None:
        """When the customer's subscription pays next, however far that is; None without one."""
        times = [each.terms.expected for each in await self._links(order)]
        return min((each for each in times if each and each > order.at), default=None)

    async def _waits(self, order: Order) -> Deferred | None:
        if order.awaits is None:
            return None
        links = await self._links(order)
        if not links:
            return None
        at = at_this_try(order)
        if await self._told(links):
            return Deferred(until=at, reason="the customer's own subscription has just paid something")
        found = expected(await self._links(order), order.awaits, at)
        if found is None:
            return None
        day = f"{WORDS} on {found.at:%Y-%m-%d} ({found.subscription})"
        return Deferred(until=found.until, reason=day)

    async def _told(self, links: list[ProcessorSubscription]) -> int:
        """What the processor shows now. While it cannot be asked, what it said last holds."""
        told = 0
        for each in links:
            try:
                told += await self._look.tell(each.id, self._deliver)
            except (OutageError, GatewayRefusedError) as error:
                log.warning("%s was not looked at: %s", each.id, error)
        return told

    async def _links(self, order: Order) -> list[ProcessorSubscription]:
        """Those that pay this invoice, of companies that are set up."""
        found = list[ProcessorSubscription]()
        for each in await self._store.processor_subscriptions(order.account):
            ours = each.subscription
            its = {renewal.invoice for renewal in await self._store.renewals(ours)} if ours else {order.invoice}
            if order.invoice in its and self._processors.of(each.id):
                found.append(each)
        return found
