"""PaymentIntents at Stripe: found by id or by the attempt they carry, and given up when nobody will complete them."""

from collections.abc import AsyncIterator
from datetime import datetime

from stripe import StripeClient

from adapters.gateways.stripe.calls import StripeRefusedError, fetch, fetch_all
from adapters.gateways.stripe.objects import ATTEMPT, Intent
from adapters.gateways.stripe.results import (
    ABANDONED,
    ASK_UNKNOWN_AFTER,
    BROKEN_OFF,
    Reason,
    broken_off,
    charge_result,
    unknown_charge,
    untried,
    waits_for_customer,
)
from dunning.case.orders import ChargeOrder
from dunning.case.results import ChargeResult, Refused


class StripeIntents:
    """Reads them with their charge, and says what became of ours. `customer` and ids are Stripe's."""

    def __init__(self, client: StripeClient) -> None:
        self._intents = client.v1.payment_intents

    async def get(self, payment: str) -> Intent:
        """The one of that id. Raises StripeRefusedError when there is none."""
        return await fetch(Intent, self._intents.retrieve_async(payment, {"expand": ["latest_charge"]}))

    async def of(self, customer: str) -> AsyncIterator[Intent]:
        """All of the customer's, newest first: Stripe's list, for its search lags behind.

        A customer whom Stripe does not know, by a mistyped id, paid nothing.
        """
        found = self._intents.list_async({"customer": customer, "limit": 100, "expand": ["data.latest_charge"]})
        try:
            async for intent in fetch_all(Intent, found):
                yield intent
        except StripeRefusedError as refused:
            if not (refused.is_missing and refused.failure.param == "customer"):
                raise

    async def by_key(self, customer: str, key: str) -> Intent | None:
        """The one of that attempt, however long ago: one that is overlooked would be charged again.

        The newest come first, so what is asked for is on the first page. An attempt without a customer was made at
        another gateway.
        """
        if not customer:
            return None
        async for intent in self.of(customer):
            if intent.metadata.get(ATTEMPT) == key:
                return intent
        return None

    async def outcome(self, intent: Intent, order: ChargeOrder, begun: datetime) -> ChargeResult:
        """What became of a payment of ours. One that is left open is given up: paid later, it would be a second one.

        One that was never tried is under way in another call of ours, or Stripe broke off: an hour tells which.
        """
        if waits_for_customer(intent):
            intent = await self._given_up(intent, ABANDONED)
        elif untried(intent):
            if order.at < intent.created + ASK_UNKNOWN_AFTER:
                return unknown_charge(order)
            intent = await self._given_up(intent, BROKEN_OFF)
        if broken_off(intent):
            return Refused(code=intent.status, reason=f"Stripe made the payment {intent.id}, and never tried it")
        return charge_result(intent, order, begun)

    async def _given_up(self, intent: Intent, reason: Reason) -> Intent:
        cancel = self._intents.cancel_async(intent.id, {"cancellation_reason": reason, "expand": ["latest_charge"]})
        try:
            return await fetch(Intent, cancel)
        except StripeRefusedError:
            now = await self.get(intent.id)  # it went on meanwhile: it was given up before, or it is paid
            if waits_for_customer(now) or untried(now):
                raise
            return now
