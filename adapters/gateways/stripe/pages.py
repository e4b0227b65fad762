"""Stripe's own page, where a customer pays or puts a payment method on file: Checkout Sessions."""

import asyncio
import hashlib
import json
from typing import Literal, get_args

from pydantic import SecretStr
from stripe import RequestOptions
from stripe.params.checkout import SessionCreateParams

from adapters.gateways.stripe.calls import StripeBusyError, StripeRefusedError, client, fetch
from adapters.gateways.stripe.consent import consent_metadata
from adapters.gateways.stripe.customers import StripeCustomers
from adapters.gateways.stripe.instruments import CHARGEABLE
from adapters.gateways.stripe.money import units
from adapters.gateways.stripe.objects import Session
from dunning.money import Money
from dunning.ports.companies import Visit
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account

_Locale = Literal[
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr", "hu",
    "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th",
    "tr", "vi", "zh", "zh-HK", "zh-TW",
]  # fmt: skip
"""The languages of Stripe's page (docs.stripe.com/api/checkout/sessions/create)."""


_OPEN = "open"
_PATIENT = 20
BUSY = 0.3
"""Seconds until a call that Stripe is still working on is asked for again."""


class StripePages:
    """Fits `dunning.ports.companies.HostedPages`.

    A page lives for a day. Who asks again for the same (invoice, amount, consent, language) gets the same page as long
    as it is open, so that nobody pays on two of them. A second payment all the same is counted, too, and once.
    All calls raise OutageError, or StripeRefusedError when the key or the call is wrong.
    """

    def __init__(self, key: SecretStr, url: str = "", timeout: float = 10.0) -> None:
        """As for StripeGateway."""
        self._http, stripe = client(key, url, timeout)
        self._sessions = stripe.v1.checkout.sessions
        self._customers = StripeCustomers(stripe)

    async def payer(self, account: Account) -> str:
        """The account's customer at Stripe; one is made for an account that has none.

        Kept with the account before the customer goes to the page, it lets `received` find the payment though every
        webhook is lost.
        """
        return account.payer or await self._customers.made(account)

    async def checkout(self, account: Account, invoice: str, amount: Money, visit: Visit) -> str:
        """The address of a page where `amount` is paid for the invoice; without a consent nothing is kept.

        Raises ValueError for an amount that Stripe cannot charge.
        """
        name = f"Invoice {invoice}"  # for staff, in the Dashboard; customers read the visit's title
        about = {"invoice": invoice, "account": account.id}
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": invoice,
            "line_items": [
                {
                    "price_data": {
                        "currency": amount.currency.lower(),
                        "unit_amount": units(amount),
                        "product_data": {"name": visit.title},
                    },
                    "quantity": 1,
                }
            ],
            "payment_intent_data": {"description": name, "metadata": about},
            "metadata": about | consent_metadata(visit.consent),
            "locale": _locale(visit.language),
            "success_url": visit.back,
            "cancel_url": visit.left,
        }
        if visit.consent:
            params["payment_intent_data"] = {
                "description": name,
                "metadata": about,
                "setup_future_usage": "off_session",
            }
        return await self._page(account, params, once=True)

    async def setup(self, account: Account, visit: Visit) -> str:
        """The address of a page where a payment method is put on file, under the visit's consent.

        It offers what we charge, as far as the Stripe account has it.
        """
        about = {"account": account.id}
        return await self._page(
            account,
            {
                "mode": "setup",
                "client_reference_id": account.id,
                "allowed_payment_method_types": sorted(CHARGEABLE),
                "setup_intent_data": {"metadata": about},
                "metadata": about | consent_metadata(visit.consent),
                "locale": _locale(visit.language),
                "success_url": visit.back,
                "cancel_url": visit.left,
            },
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()

    async def _page(self, account: Account, params: SessionCreateParams, *, once: bool = False) -> str:
        opened = self._still_open if once else self._opened
        try:
            return (await opened(params, await self.payer(account))).url
        except StripeRefusedError as refused:
            if not (refused.is_missing and refused.failure.param == "customer"):
                raise
        # The old one was deleted at Stripe.
        return (await opened(params, await self._customers.made(account))).url

    async def _opened(self, params: SessionCreateParams, payer: str, key: str = "") -> Session:
        options: RequestOptions = {"idempotency_key": key} if key else {}
        return await fetch(Session, self._sessions.create_async({**params, "customer": payer}, options))

    async def _still_open(self, params: SessionCreateParams, payer: str) -> Session:
        """The one of the same parameters, found by its idempotency key; a new one once that was paid or is over.

        A key's answer is as it was at first, so how it stands now is asked.
        """
        key, busy = _key_of(params, payer), 0
        while True:
            try:
                session = await self._opened(params, payer, key)
            except StripeBusyError:  # the same was asked for a moment ago, by a second click
                busy += 1
                if busy > _PATIENT:
                    raise
                await asyncio.sleep(BUSY)
                continue
            except OutageError:  # Stripe repeats even its own failures for a day, under the same key
                return await self._opened(params, payer)
            now = await fetch(Session, self._sessions.retrieve_async(session.id))
            if now.status == _OPEN:
                return now
            key = _key_of(params, payer, session.id)


def _key_of(params: SessionCreateParams, payer: str, after: str = "") -> str:
    told = json.dumps([params, payer, after], sort_keys=True)
    return f"page:{hashlib.sha256(told.encode()).hexdigest()}"


def _locale(language: str) -> _Locale:
    """The page in the customer's language where Stripe has it; else it asks the browser."""
    asked = (language, language.partition("-")[0])
    return next((each for way in asked for each in get_args(_Locale) if each == way), "auto")
