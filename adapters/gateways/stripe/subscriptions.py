"""Subscriptions that Stripe runs by itself: what it says of them, and stopping, ending or moving them.

A payment's id is its PaymentIntent's: under that id refunds, disputes and all other news of Stripe's tell of it, too.
What is taken back of it is told by those, never by its status here.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import SecretStr
from stripe.params import (
    InvoiceListParams,
    InvoicePaymentListParams,
    SubscriptionCancelParams,
    SubscriptionUpdateParams,
)

from adapters.gateways.stripe.calls import StripeRefusedError, client, fetch, fetch_all
from adapters.gateways.stripe.objects import PAYMENT
from adapters.gateways.stripe.subscription_objects import Invoice, InvoicePayment, Subscription, sales
from dunning.ports.outages import OutageError
from dunning.ports.processors import NoSuchProcessorSubscriptionError
from dunning.records.processor_subscriptions import STRIPES, Sale, Terms

RETRIED = timedelta(days=70)
"""Stripe tries an invoice's payment again for two months at the most: so old may be what is paid now."""
_ID = re.compile(rf"{STRIPES}\w{{1,60}}", re.ASCII)
_LONGEST = 500
"""Characters of what is noted there."""


class StripeSubscriptions:
    """Fits `dunning.ports.processors.Processor`, for Stripe itself and for what speaks like it."""

    def __init__(self, key: SecretStr, url: str = "", timeout: float = 10.0) -> None:
        """`key` is secret or restricted; `url` is where a stand-in listens, empty for Stripe; `timeout` in seconds."""
        self._http, stripe = client(key, url, timeout)
        self._subscriptions = stripe.v1.subscriptions
        self._invoices = stripe.v1.invoices
        self._payments = stripe.v1.invoice_payments

    async def terms(self, subscription: str) -> Terms:
        """What it says of the subscription now. Raises NoSuchProcessorSubscriptionError."""
        try:
            call = self._subscriptions.retrieve_async(_named(subscription), {"expand": ["latest_invoice"]})
            return (await fetch(Subscription, call)).terms
        except StripeRefusedError as refused:
            if refused.is_missing:
                raise NoSuchProcessorSubscriptionError(subscription) from None
            raise

    async def sales(self, subscription: str, since: datetime, until: datetime) -> Sequence[Sale]:
        """What was paid since, of invoices that were made before `until`; nothing of a subscription it does not know.

        What was paid elsewhere, and only marked as paid at Stripe, is none.
        """
        its: InvoiceListParams = {
            "subscription": _named(subscription),
            "status": "paid",
            "created": {"gte": int((since - RETRIED).timestamp()), "lt": int(until.timestamp())},
            "limit": 100,
            "expand": ["data.payments"],
        }
        try:
            listed = fetch_all(Invoice, self._invoices.list_async(its))
            paid = [each async for invoice in listed for each in invoice.payments.data]
        except StripeRefusedError as refused:
            if refused.is_missing:
                return ()
            raise
        return [each for each in sales(subscription, paid) if each.at >= since]

    async def sale(self, sale: str) -> Sale | None:
        """One payment; None when it knows none of that id, or one of no subscription."""
        if not sale.startswith(PAYMENT):
            return None
        its: InvoicePaymentListParams = {
            "payment": {"type": "payment_intent", "payment_intent": sale},
            "status": "paid",
            "expand": ["data.invoice"],
        }
        try:
            paid = [each async for each in fetch_all(InvoicePayment, self._payments.list_async(its))]
        except StripeRefusedError as refused:
            if refused.is_missing:
                return None
            raise
        whose = next((each.invoice.subscription_id for each in paid if each.invoice.subscription_id), "")
        return next(iter(sales(whose, paid)), None) if whose else None

    async def suspend(self, subscription: str, reason: str) -> None:
        """Have it take no more money for now; nothing when it does not any more.

        Stripe would go on trying what was billed before: that is voided first. Raises OutageError when one of those was
        paid just now.
        """
        name = _named(subscription)
        async for each in fetch_all(Invoice, self._invoices.list_async({"subscription": name, "status": "draft"})):
            await fetch(Invoice, self._invoices.update_async(each.id, {"auto_advance": False}))
        async for each in fetch_all(Invoice, self._invoices.list_async({"subscription": name, "status": "open"})):
            await self._voided(each)
        if (await self.terms(name)).status not in ("suspended", "cancelled", "expired"):
            pause: SubscriptionUpdateParams = {
                "pause_collection": {"behavior": "void"},
                "metadata": {"reprieve": reason[:_LONGEST]},
            }
            await fetch(Subscription, self._subscriptions.update_async(name, pause))

    async def cancel(self, subscription: str, reason: str) -> None:
        """End it for good, with what it is trying to take; nothing when it is over."""
        why: SubscriptionCancelParams = {"cancellation_details": {"comment": reason[:_LONGEST]}}
        try:
            await fetch(Subscription, self._subscriptions.cancel_async(_named(subscription), why))
        except StripeRefusedError:
            try:
                if (await self.terms(subscription)).status in ("cancelled", "expired"):
                    return
            except NoSuchProcessorSubscriptionError:
                pass
            raise

    async def move(self, subscription: str, to: datetime) -> bool:
        """Have it take no money until then, and from then on each time on that date.

        Stripe does that by a trial until then (docs.stripe.com/billing/subscriptions/billing-cycle).
        """
        change: SubscriptionUpdateParams = {"trial_end": int(to.timestamp()), "proration_behavior": "none"}
        await fetch(Subscription, self._subscriptions.update_async(_named(subscription), change))
        return True

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()

    async def _voided(self, invoice: Invoice) -> None:
        try:
            await fetch(Invoice, self._invoices.void_invoice_async(invoice.id))
        except StripeRefusedError as refused:
            if refused.for_all:
                raise
            raise OutageError("gateway: an invoice of the subscription was changed just now") from None


def _named(name: str) -> str:
    """As a part of an address. Raises NoSuchProcessorSubscriptionError for what can be no id of theirs."""
    if not _ID.fullmatch(name):
        raise NoSuchProcessorSubscriptionError(name)
    return name
