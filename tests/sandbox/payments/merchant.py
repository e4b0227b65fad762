"""A merchant: the official SDK, as our adapter uses it, talking to the sandbox's gateway."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

import pytest
import stripe
from stripe.params import PaymentIntentCreateParams
from stripe.params.checkout import SessionCreateParams

from sandbox.payments.client import Payments

SDK = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""The SDK still uploads as httpx no longer likes it; that would look like a broken connection to it."""

_numbers = count(1)


def a_name(beginning: str) -> str:
    """One that no other test has."""
    return f"{beginning}-{next(_numbers)}"


def param_of(error: stripe.StripeError) -> str:
    """The parameter that a refusal names; the SDK leaves it untyped."""
    return str(vars(error)["param"])


def code_of(error: stripe.StripeError) -> str | None:
    """The code in the body: only some of the SDK's exceptions carry it themselves."""
    assert error.error is not None
    return error.error.code


def is_repeated(error: stripe.StripeError) -> bool:
    """Whether it is the stored answer of a key."""
    return dict(error.headers or {}).get("idempotent-replayed") == "true"


@asynccontextmanager
async def connected(url: str, key: str = "sk_test_merchant", patience: float = 10) -> AsyncGenerator[stripe.V1Services]:
    """The SDK's services, against that address."""
    http = stripe.HTTPXClient(timeout=patience)  # pyright: ignore[reportUnknownMemberType] - the SDK leaves it untyped
    client = stripe.StripeClient(key, base_addresses={"api": url}, http_client=http, max_network_retries=0)
    yield client.v1
    await http.close_async()


@dataclass
class Merchant:
    """One account of one hosting company, with its customer at Stripe. `hasty` has no patience."""

    api: stripe.V1Services
    hasty: stripe.V1Services
    control: Payments
    account: str = field(default_factory=lambda: a_name("account"))
    customer: str = ""
    method: str = ""

    async def with_method(self, method: str = "pm_card_visa") -> "Merchant":
        self.customer = await self.control.customer(self.account, method)
        self.method = await self.default_method()
        return self

    async def default_method(self) -> str:
        """The id of what is charged; empty when there is nothing."""
        customer = await self.api.customers.retrieve_async(self.customer)
        assert customer.invoice_settings is not None
        return str(customer.invoice_settings.default_payment_method or "")

    def params(self, attempt: str = "", **more: Any) -> PaymentIntentCreateParams:
        params = {
            "amount": 1999,
            "currency": "usd",
            "customer": self.customer,
            "payment_method": self.method,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "confirm": True,
            "off_session": True,
            "metadata": {"invoice": "INV-1", "account": self.account, "step": "charge", "attempt": attempt},
        }
        return cast("PaymentIntentCreateParams", params | more)

    async def charge(self, attempt: str = "", **more: Any) -> stripe.PaymentIntent:
        """As the worker does it: with the attempt's key."""
        options: stripe.RequestOptions = {"idempotency_key": attempt} if attempt else {}
        return await self.api.payment_intents.create_async(self.params(attempt, **more), options)

    async def declined(self, attempt: str = "", **more: Any) -> stripe.CardError:
        """What the bank says no to."""
        try:
            intent = await self.charge(attempt, **more)
        except stripe.CardError as error:
            return error
        raise AssertionError(f"{intent.id} is {intent.status}")

    def page(self, **more: Any) -> SessionCreateParams:
        price = {"currency": "usd", "unit_amount": 1999, "product_data": {"name": "Invoice INV-1"}}
        about = {"invoice": "INV-1", "account": self.account}
        params = {
            "mode": "payment",
            "customer": self.customer,
            "line_items": [{"price_data": price, "quantity": 1}],
            "payment_intent_data": {"metadata": about},
            "metadata": about,
            "success_url": "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example/back",
        }
        return cast("SessionCreateParams", params | more)
