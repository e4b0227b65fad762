"""Giving money back at Stripe, once per order."""

from stripe import StripeClient

from adapters.gateways.stripe.calls import StripeRefusedError, fetch, fetch_all
from adapters.gateways.stripe.keys import idempotency_key
from adapters.gateways.stripe.money import units
from adapters.gateways.stripe.objects import PAYMENT, Failure, Intent, Refund
from dunning.case.orders import RefundOrder
from dunning.case.results import Declined, Refunded, RefundResult
from dunning.ports.outages import OutageError

OURS = "reprieve"
"""The metadata key of refunds that we made; the value is the order's key. All others were made by people at Stripe."""

_OUR_MISTAKE = frozenset({401, 403})


class StripeRefunds:
    """Looks for the refund of that order first: the key itself is forgotten after a day."""

    def __init__(self, client: StripeClient) -> None:
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds

    async def refund(self, order: RefundOrder) -> RefundResult:
        """Refund `order.amount` of `order.payment`; every refusal of Stripe's is a value."""
        if not order.payment.startswith(PAYMENT):
            return _declined("paid_elsewhere", "The payment was not made at Stripe: give it back where it was made.")
        try:
            amount = units(order.amount)
            intent = await fetch(Intent, self._intents.retrieve_async(order.payment))
            if intent.currency.upper() != order.amount.currency:
                return _declined("other_currency", f"The payment was made in {intent.currency.upper()}.")
            return await self._done(order) or await self._made(order, amount)
        except ValueError:
            return _declined("invalid_amount", "Stripe has no such small amounts in this currency.")
        except StripeRefusedError as refused:
            if refused.status in _OUR_MISTAKE:
                raise
            return _declined(_code(refused.failure), "The gateway refused to give the money back.")

    async def _done(self, order: RefundOrder) -> RefundResult | None:
        listed = self._refunds.list_async({"payment_intent": order.payment, "limit": 100})
        async for refund in fetch_all(Refund, listed):
            if refund.metadata.get(OURS) == order.key:
                return _result(refund)
        return None

    async def _made(self, order: RefundOrder, amount: int) -> RefundResult:
        metadata = {
            OURS: order.key,
            "invoice": order.invoice,
            "account": order.account,
            "at": order.at.isoformat(),
        }
        call = self._refunds.create_async(
            {"payment_intent": order.payment, "amount": amount, "metadata": metadata},
            {"idempotency_key": idempotency_key(order.key)},
        )
        try:
            return _result(await fetch(Refund, call))
        except StripeRefusedError as refused:
            if refused.failure.type != "idempotency_error":
                raise
            raise OutageError("gateway: the key is taken by a call that gave nothing back") from None


def _result(refund: Refund) -> RefundResult:
    if refund.failed:
        return _declined(refund.failure_reason or "refund_failed", "The refund did not reach the customer.")
    return Refunded(refund=refund.id, amount=refund.money)


def _code(failure: Failure) -> str:
    if failure.code == "resource_missing":
        return "no_such_payment"
    # Stripe names no code when more is asked for than is left of the payment, only the parameter.
    return failure.code or ("amount_too_large" if failure.param == "amount" else "refused")


def _declined(code: str, message: str) -> Declined:
    return Declined(code=code, message=message)
