"""The gateway, and beside it the money that subscriptions of a processor's own brought: who is asked tells of both."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Protocol

from dunning.case.facts import CardOnFile, Payment
from dunning.case.orders import ChargeOrder, RefundOrder
from dunning.case.results import ChargeResult, Found, RefundResult
from dunning.ports.companies import Cards, Gateway
from dunning.ports.processors import ProcessorRecords
from dunning.records.accounts import Account
from dunning.records.inbox import News
from dunning.records.payments import Attempt, Method
from operations.processors.look import LookAtProcessor, payment_of
from operations.processors.told import SubscriptionNews


class GatewayWithCards(Gateway, Cards, Protocol):
    """All of a gateway."""


class WithProcessor:
    """Fits `dunning.ports.companies.Gateway`: before a charge and before each consequence the processor is asked, too.

    Of what the gateway tells, the money of its own subscriptions counts as theirs. All else is the gateway's.
    """

    def __init__(
        self, gateway: GatewayWithCards, store: ProcessorRecords, look: LookAtProcessor, sales: SubscriptionNews
    ) -> None:
        self._gateway = gateway
        self._store = store
        self._look = look
        self._sales = sales

    async def received(self, account: Account, invoice: str, known: Sequence[str]) -> Found:
        """Money for that invoice that neither has told of. Raises OutageError while either cannot be asked."""
        found = await self._gateway.received(account, invoice, known)
        for each in await self._store.processor_subscriptions(account.id):
            await self._look.at(each.id)
        facts = [payment_of(each).fact for each in await self._store.sales_of(invoice) if each.id not in known]
        fresh = tuple(each for each in facts if isinstance(each, Payment))
        return found.model_copy(update={"payments": (*found.payments, *fresh)})

    async def method(self, account: Account) -> Method | None:
        """As the gateway says."""
        return await self._gateway.method(account)

    async def card(self, account: Account) -> CardOnFile:
        """As the gateway says."""
        return await self._gateway.card(account)

    async def charge(self, order: ChargeOrder, method: Method) -> ChargeResult:
        """By the gateway."""
        return await self._gateway.charge(order, method)

    async def find(self, order: ChargeOrder, attempt: Attempt) -> ChargeResult | None:
        """As the gateway says."""
        return await self._gateway.find(order, attempt)

    async def ask(self, order: ChargeOrder) -> ChargeResult:
        """As the gateway says."""
        return await self._gateway.ask(order)

    async def refund(self, order: RefundOrder) -> RefundResult:
        """By the gateway; what a processor took is given back there."""
        return await self._gateway.refund(order)

    async def movements(self, since: datetime, until: datetime) -> AsyncIterator[News]:
        """The gateway's; what other processors took is looked at every hour."""
        async for each in self._gateway.movements(since, until):
            for told in await self._sales.told(each):
                yield told

    async def news(self, body: str) -> tuple[News, ...]:
        """The gateway's."""
        found = [await self._sales.told(each) for each in await self._gateway.news(body)]
        return tuple(chain.from_iterable(found))
