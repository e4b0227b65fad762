"""Stripe's own page, where a customer pays or puts a payment method on file: Checkout Sessions."""

from pydantic import SecretStr
from stripe.params.checkout import SessionCreateParams

from adapters.gateways.stripe.calls import StripeRefusedError, client, fetch
from adapters.gateways.stripe.consent import consent_metadata
from adapters.gateways.stripe.customers import StripeCustomers
from adapters.gateways.stripe.instruments import CHARGEABLE
from adapters.gateways.stripe.money import units
from adapters.gateways.stripe.objects import Session
from dunning.money import Money
from dunning.records.accounts import Account


class StripePages:
    """Fits `dunning.ports.companies.HostedPages`.

    A page lives for a day. Whoever opens two can pay both: the second payment is counted, too, and once.
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

    async def checkout(self, account: Account, invoice: str, amount: Money, consent: str, back: str) -> str:
        """The address of a page where `amount` is paid for the invoice; it leads back to `back`.

        With a `consent` text the method is kept for later charges, and the text travels with it (S3-07).
        Raises ValueError for an amount that Stripe cannot charge.
        """
        name = f"Invoice {invoice}"
        about = {"invoice": invoice, "account": account.id}
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": invoice,
            "line_items": [
                {
                    "price_data": {
                        "currency": amount.currency.lower(),
                        "unit_amount": units(amount),
                        "product_data": {"name": name},
                    },
                    "quantity": 1,
                }
            ],
            "payment_intent_data": {"description": name, "metadata": about},
            "metadata": about | consent_metadata(consent),
            "success_url": back,
            "cancel_url": back,
        }
        if consent:
            params["payment_intent_data"] = {
                "description": name,
                "metadata": about,
                "setup_future_usage": "off_session",
            }
        return await self._page(account, params)

    async def setup(self, account: Account, consent: str, back: str) -> str:
        """The address of a page where a payment method is put on file, under that consent.

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
                "metadata": about | consent_metadata(consent),
                "success_url": back,
                "cancel_url": back,
            },
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()

    async def _page(self, account: Account, params: SessionCreateParams) -> str:
        try:
            return await self._opened(params, await self.payer(account))
        except StripeRefusedError as refused:
            if not (refused.is_missing and refused.failure.param == "customer"):
                raise
        return await self._opened(params, await self._customers.made(account))  # the old one was deleted at Stripe

    async def _opened(self, params: SessionCreateParams, payer: str) -> str:
        session = await fetch(Session, self._sessions.create_async({**params, "customer": payer}))
        return session.url
