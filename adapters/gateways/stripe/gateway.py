"""The gateway to Stripe: the one class that the worker knows. What it does is in the modules beside it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import chain

from pydantic import SecretStr

from adapters.gateways.stripe.calls import client, translated
from adapters.gateways.stripe.charges import StripeCharges
from adapters.gateways.stripe.customers import StripeCustomers
from adapters.gateways.stripe.news import StripeNews
from adapters.gateways.stripe.refunds import StripeRefunds
from adapters.settings.modes import is_live
from dunning.case.facts import CardOnFile
from dunning.case.orders import ChargeOrder, RefundOrder
from dunning.case.results import ChargeResult, Found, RefundResult
from dunning.records.accounts import Account
from dunning.records.inbox import News
from dunning.records.payments import Attempt, Method


class StripeGateway:
    """Fits `dunning.ports.companies.Gateway`, for Stripe itself and for what speaks like it.

    All calls raise OutageError, or StripeRefusedError when the key or the call is wrong.
    """

    def __init__(self, key: SecretStr, url: str = "", timeout: float = 10.0) -> None:
        """`key` is secret or restricted; `url` is where a stand-in listens, empty for Stripe; `timeout` in seconds."""
        self._http, stripe = client(key, url, timeout)
        self._intents = stripe.v1.payment_intents
        self._customers = StripeCustomers(stripe)
        self._charges = StripeCharges(stripe)
        self._refunds = StripeRefunds(stripe)
        self._news = StripeNews(stripe, live=is_live(key))

    async def method(self, account: Account) -> Method | None:
        """The customer's default payment method, or else the newest; None without one, or without a customer (S3-09).

        Raises StripeRefusedError for a customer that Stripe does not know.

        Whether a card has expired is for Stripe to say: issuers renew cards behind the scenes.
        """
        return await self._customers.method(account.payer) if account.payer else None

    async def card(self, account: Account) -> CardOnFile:
        """When the card ends that would be charged now. Raises StripeRefusedError for an unknown customer."""
        return await self._customers.card(account.payer) if account.payer else CardOnFile()

    async def charge(self, order: ChargeOrder, method: Method) -> ChargeResult:
        """Charge once for `order.key`; see StripeCharges for what happens to a key that is older than a day."""
        return await self._charges.charge(order, method)

    async def find(self, order: ChargeOrder, attempt: Attempt) -> ChargeResult | None:
        """What became of the attempt, by its stored PaymentIntent or else by its key; None: Stripe never saw it."""
        return await self._charges.find(order, attempt)

    async def ask(self, order: ChargeOrder) -> ChargeResult:
        """What became of `order.payment`."""
        return await self._charges.ask(order)

    async def received(self, account: Account, invoice: str, known: Sequence[str]) -> Found:
        """Money of the customer's for that invoice other than the payments `known`.

        What was refunded or lost in a dispute meanwhile was received, too: each reversal comes as its own news.
        """
        payers = dict.fromkeys(each for each in (account.payer, *account.old_payers) if each)
        found = [await self._charges.received(each, invoice, known) for each in payers]
        payments, underway = (each.payments for each in found), (each.underway for each in found)
        return Found(payments=tuple(chain.from_iterable(payments)), underway=tuple(chain.from_iterable(underway)))

    async def refund(self, order: RefundOrder) -> RefundResult:
        """Give money back once for `order.key`."""
        return await self._refunds.refund(order)

    def movements(self, since: datetime, until: datetime) -> AsyncIterator[News]:
        """Every payment that arrived and every reversal in that time, oldest first; of the last 30 days at most."""
        return self._news.movements(since, until)

    async def news(self, body: str) -> tuple[News, ...]:
        """What an event says. Raises ValueError for what is none, or none of the key's mode."""
        return await self._news.news(body)

    async def answers(self) -> None:
        """Ask for something small. Raises OutageError and StripeRefusedError."""
        with translated():
            await self._intents.list_async({"limit": 1})

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()
