"""Subscriptions that PayPal runs: what it says of them, and ending them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from adapters.gateways.paypal.http import PayPalHttp, PayPalRefusedError
from adapters.gateways.paypal.objects import SaleObject, Subscription, Transactions
from dunning.ports.outages import OutageError
from dunning.ports.processors import NoSuchProcessorSubscriptionError
from dunning.records.processor_subscriptions import Sale, Terms

_ENDED = "SUBSCRIPTION_STATUS_INVALID"
"""The issue when it is like that already, or has ended."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What can be an id of theirs."""


class PayPal:
    """Fits `dunning.ports.processors.Processor`, for PayPal itself and for what speaks like it."""

    def __init__(self, client: str, secret: SecretStr, url: str, timeout: float = 10.0) -> None:
        """`url` is PayPal's, its sandbox's, or where a stand-in listens; `timeout` in seconds."""
        self._http = PayPalHttp(client, secret, url, timeout)

    async def terms(self, subscription: str) -> Terms:
        """What it says of the subscription now. Raises NoSuchProcessorSubscriptionError."""
        try:
            path = f"/v1/billing/subscriptions/{_named(subscription)}"
            return (await self._http.get(Subscription, path, fields="plan,last_failed_payment")).terms
        except PayPalRefusedError as refused:
            if refused.is_missing:
                raise NoSuchProcessorSubscriptionError(subscription) from None
            raise

    async def sales(self, subscription: str, since: datetime, until: datetime) -> Sequence[Sale]:
        """What it took in that time, the oldest first; nothing of a subscription that it does not know."""
        path = f"/v1/billing/subscriptions/{_named(subscription)}/transactions"
        try:
            found = await self._http.get(Transactions, path, start_time=_written(since), end_time=_written(until))
            return found.sales(subscription)
        except PayPalRefusedError as refused:
            if refused.is_missing:
                return ()
            raise
        except ValueError:
            raise OutageError("PayPal: an amount that nobody understands") from None

    async def sale(self, sale: str) -> Sale | None:
        """One payment; None when it knows none of that id, or one of no subscription."""
        try:
            return (await self._http.get(SaleObject, f"/v1/payments/sale/{_named(sale)}")).sale
        except PayPalRefusedError as refused:
            if refused.is_missing:
                return None
            raise
        except ValueError:
            raise OutageError("PayPal: an amount that nobody understands") from None

    async def suspend(self, subscription: str, reason: str) -> None:
        """Have it take no more money for now; nothing when it does not any more."""
        await self._ended(subscription, "suspend", reason)

    async def cancel(self, subscription: str, reason: str) -> None:
        """End it for good; nothing when it is over."""
        await self._ended(subscription, "cancel", reason)

    async def move(self, subscription: str, to: datetime) -> bool:
        """False: PayPal moves none to another date."""
        del subscription, to
        return False

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _ended(self, subscription: str, how: str, reason: str) -> None:
        """There is no chance in the request's id: whoever repeats it after a crash says the same."""
        path = f"/v1/billing/subscriptions/{_named(subscription)}/{how}"
        try:
            await self._http.post(path, {"reason": reason[:128]}, f"reprieve-{how}-{subscription}")
        except PayPalRefusedError as refused:
            if _ENDED not in refused.failure.issues:
                raise


def _named(name: str) -> str:
    """As a part of an address. Raises NoSuchProcessorSubscriptionError for what can be no id of theirs."""
    if not _ID.fullmatch(name):
        raise NoSuchProcessorSubscriptionError(name)
    return name


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC) - timedelta(microseconds=at.microsecond):%Y-%m-%dT%H:%M:%SZ}"
