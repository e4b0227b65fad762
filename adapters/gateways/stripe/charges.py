"""Charging at Stripe: off-session confirmed PaymentIntents by card and by bank debit, and what became of them.

Every attempt has its own idempotency key, the same on every retry. Stripe forgets a key after a day and would then
charge again. So a key proves nothing by itself: whoever begins anew calls `find` first, and `charge` only after its
None. A timeout is an outage even though money may have moved; the next try begins with `find`, and that knows.
"""

from collections.abc import Sequence

from stripe import StripeClient
from stripe.params import PaymentIntentCreateParams

from adapters.gateways.stripe.calls import StripeBusyError, StripeRefusedError, fetch
from adapters.gateways.stripe.intents import StripeIntents
from adapters.gateways.stripe.keys import idempotency_key
from adapters.gateways.stripe.money import units
from adapters.gateways.stripe.objects import ATTEMPT, PAYMENT, Intent
from adapters.gateways.stripe.results import charge_result, declined_charge, payment, refused_charge, unknown_charge
from dunning.case.orders import ChargeOrder
from dunning.case.results import ChargeResult, Declined, Found, NoMethod, Refused
from dunning.ports.outages import OutageError
from dunning.records.payments import Attempt, Method

_DECLINED = 402
_CANNOT_PAY = frozenset({"payment_method", "customer"})
_UNUSABLE = frozenset({"payment_method_unexpected_state", "payment_method_bank_account_blocked"})
USELESS = "the payment method on file cannot be charged; another one is needed"


class StripeCharges:
    """Charges and finds; `customer` ids and payment ids are Stripe's."""

    def __init__(self, client: StripeClient) -> None:
        self._calls = client.v1.payment_intents
        self._intents = StripeIntents(client)

    async def charge(self, order: ChargeOrder, method: Method) -> ChargeResult:
        """Charge once for `order.key`; Stripe replays its answer to a key that it knows.

        Of an amount whose last digit Stripe cannot charge, less is charged: the result says how much.
        """
        try:
            params = _params(order, method)
        except ValueError as error:
            return Refused(code="invalid_amount", reason=str(error))
        try:
            call = self._calls.create_async(params, {"idempotency_key": idempotency_key(order.key)})
            intent = await fetch(Intent, call)
        except StripeBusyError:
            return unknown_charge(order)
        except StripeRefusedError as refused:
            return await self._refused(order, method, refused)
        return await self._intents.outcome(intent, order, order.at)

    async def find(self, order: ChargeOrder, attempt: Attempt) -> ChargeResult | None:
        """What became of the attempt; None: Stripe never saw it.

        An attempt with a stored id was made: an id that Stripe does not know raises, it is never taken for None.
        """
        if attempt.payment:
            intent = await self._intents.get(attempt.payment)
        else:
            intent = await self._intents.by_key(attempt.payer, order.key)
        return await self._intents.outcome(intent, order, attempt.at) if intent else None

    async def ask(self, order: ChargeOrder) -> ChargeResult:
        """What became of the customer's own payment; while they still have to confirm it, it is under way."""
        never = Declined(code="never_seen", message="The gateway never saw the payment.")
        if not order.payment.startswith(PAYMENT):
            return never
        try:
            return charge_result(await self._intents.get(order.payment), order, order.at)
        except StripeRefusedError as refused:
            if refused.is_missing:
                return never
            raise

    async def received(self, customer: str, invoice: str, known: Sequence[str]) -> Found:
        """The customer's money for that invoice: what arrived, and what they sent themselves that is on its way."""
        intents = [
            intent
            async for intent in self._intents.of(customer)
            if intent.metadata.get("invoice") == invoice and intent.id not in known
        ]
        return Found(
            payments=tuple(payment(intent) for intent in intents if intent.status == "succeeded"),
            underway=tuple(i.id for i in intents if i.status == "processing" and not i.is_attempt),
        )

    async def _refused(self, order: ChargeOrder, method: Method, refused: StripeRefusedError) -> ChargeResult:
        failure = refused.failure
        if failure.type == "idempotency_error":
            return await self._as_before(order, method, refused)
        if refused.status == _DECLINED:
            intent = failure.payment_intent
            if intent is None or intent.last_payment_error is None:
                return declined_charge(intent, failure)
            return await self._intents.outcome(intent, order, order.at)
        if failure.param in _CANNOT_PAY or failure.code in _UNUSABLE:
            return NoMethod(reason=USELESS)
        if refused.for_all or failure.payment_intent:
            raise refused
        return refused_charge(refused)

    async def _as_before(self, order: ChargeOrder, method: Method, refused: StripeRefusedError) -> ChargeResult:
        """Stripe knows the key with other parameters.

        A later try of the same attempt differs in `at` alone; it gets what became of the first one. Money that differs
        is our mistake. Without a payment, the key is taken by a failure of Stripe's own: it is free again a day later.
        """
        intent = await self._intents.by_key(method.payer, order.key)
        if intent is None:
            raise OutageError("gateway: the key is taken by a call that made no payment; it is free in a day")
        if (intent.amount, intent.currency.upper()) != (units(order.amount), order.amount.currency):
            raise refused
        return await self._intents.outcome(intent, order, intent.created)


def _params(order: ChargeOrder, method: Method) -> PaymentIntentCreateParams:
    """The same for every retry of an attempt, whatever is on file by then. Raises ValueError for too small an amount.

    Which types of payment method are allowed is the Dashboard's business; none that sends the customer elsewhere.
    """
    return {
        "amount": units(order.amount),
        "currency": order.amount.currency.lower(),
        "customer": method.payer,
        "payment_method": method.id,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "confirm": True,
        "off_session": True,
        "description": f"Invoice {order.invoice}",
        "metadata": {
            "invoice": order.invoice,
            "account": order.account,
            "step": order.step,
            ATTEMPT: order.key,
            "at": order.at.isoformat(),
        },
        "expand": ["latest_charge"],
    }
