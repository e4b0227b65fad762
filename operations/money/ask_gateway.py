"""Asking the gateway what became of a customer's payment, for whoever waits: a webhook may be late, or lost.

What is found goes the way of a webhook (`DeliverNews`), under the payment's own id: whoever is first counts it, and
nobody again.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, Protocol

from dunning.case.case import Case
from dunning.case.facts import Payment, PaymentNews
from dunning.case.results import Found
from dunning.ports.accounts import Accounts
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.inbox import News
from dunning.rules.order_for import known_money
from operations.cases.look import CaseOf
from operations.money.deliver_news import Deliver

Heard = Literal["nothing", "under way", "arrived", "counted"]
"""What the gateway has that the case did not: `arrived` could not be brought to the case yet."""

PATIENCE = 6.0
"""Seconds that somebody may wait for the gateway, and as long for the case. What is cut off is found again."""


class Receives(Protocol):
    """The one thing that the gateway is asked."""

    async def received(self, account: Account, invoice: str, known: Sequence[str]) -> Found:
        """As `dunning.ports.companies.Gateway` has it."""
        ...


class AskGateway:
    """Safe to repeat, by several at once. `clock` is the wall's."""

    def __init__(
        self, store: Accounts, case_of: CaseOf, gateway: Receives, deliver: Deliver, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._case_of = case_of
        self._gateway = gateway
        self._deliver = deliver
        self._clock = clock

    async def about(self, invoice: str) -> Heard:
        """What it has for the invoice beside what the case knows; that is brought to the case.

        Raises OutageError, or TimeoutError, while the gateway or the case cannot be asked.
        """
        case = await self._case_of(invoice)
        account = await self._account(case) if case else None
        if case is None or account is None:
            return "nothing"
        async with asyncio.timeout(PATIENCE):
            found = await self._gateway.received(account, invoice, known_money(case))
        news = [*found.payments, *(self._set_out(each) for each in found.underway)]
        if not news:
            return "nothing"
        brought = await self._bring([_news(account, invoice, fact) for fact in news])
        if found.payments:
            return "counted" if brought else "arrived"
        return "under way"

    async def _bring(self, news: Sequence[News]) -> bool:
        """Whether all of it reached its case; what did not is with the gateway, and is found by whoever asks next."""
        try:
            async with asyncio.timeout(PATIENCE):
                for each in news:
                    await self._deliver(each)
        except (OutageError, TimeoutError):
            return False
        return True

    async def _account(self, case: Case) -> Account | None:
        try:
            return await self._store.account(case.invoice.account)
        except LookupError:
            return None

    def _set_out(self, payment: str) -> PaymentNews:
        return PaymentNews(payment=payment, at=self._clock(), started=True)


def _news(account: Account, invoice: str, fact: Payment | PaymentNews) -> News:
    return News(invoice=invoice, account=account.id, payer=account.payer, fact=fact)
