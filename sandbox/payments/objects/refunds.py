"""Refunds: money goes back, never more than a charge brought in."""

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError, invalid, missing
from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import payment_id
from sandbox.payments.api.params import LISTED, Params
from sandbox.payments.failures import REFUND
from sandbox.payments.shapes.reversals import new_refund
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

_WRITTEN = {"amount", "charge", "currency", "metadata", "payment_intent", "reason"}
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class Refunds:
    """The endpoints under /v1/refunds."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept = state.refunds

    def create(self, call: Call) -> Json:
        """`POST /v1/refunds`."""
        params = Params(call.values, _WRITTEN)
        amount, reason = params.integer("amount", 1), params.choice("reason", _REASONS)
        charge = self._charge(params)
        intent = self._state.intents.get(charge["payment_intent"])
        how = self._state.scripts.take(self._state.account_of(intent), REFUND).argument
        if how == "500":
            raise StripeError(500, "An unknown error occurred", kind="api_error")
        amount = self.checked(charge, amount)
        if how not in {"", "timeout_after"}:
            raise StripeError(400, "The refund could not be made.", how, stored=True)
        act = self._state.act(self._state.now(intent, metadata=params.metadata()), intent, call)
        refund = self.give(charge, amount, act, reason, params.metadata())
        self._state.events.publish(act)
        call.lost = how == "timeout_after"
        return refund

    def checked(self, charge: Json, amount: int | None) -> int:
        """How much is to be refunded: all that is left when nobody says. Raises StripeError when that is too much."""
        left = charge["amount_captured"] - charge["amount_refunded"]
        if charge["status"] != "succeeded":
            message = f"Charge {charge['id']} has not been paid, so it cannot be refunded."
            raise StripeError(400, message, "charge_not_refundable", stored=True)
        if any(dispute["status"] != "won" for dispute in self._state.disputes.of("charge", charge["id"])):
            message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
            raise StripeError(400, message, "charge_disputed", stored=True)
        if left == 0:
            message = f"Charge {charge['id']} has already been refunded."
            raise StripeError(400, message, "charge_already_refunded", stored=True)
        if amount is not None and amount > left:
            said = f"Refund amount ({_major(amount)}) is greater than unrefunded amount on charge ({_major(left)})"
            raise StripeError(400, said, param="amount", stored=True)
        return amount or left

    def give(self, charge: Json, amount: int, act: Act, reason: str | None, metadata: dict[str, str]) -> Json:
        """Give so much back."""
        refund = self._kept.put(new_refund(charge, amount, act.at, reason, metadata))
        refund["balance_transaction"] = payment_id("txn_")
        before = {name: charge[name] for name in ("amount_refunded", "refunded")}
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self._state.ledger.refunded(refund)
        act.tell("refund.created", refund)
        act.tell("charge.refunded", charge, {name: was for name, was in before.items() if was != charge[name]})
        return refund

    def fail(self, refund: Json, act: Act) -> None:
        """The payer's bank sends the money back to us."""
        charge = self._state.charges.get(refund["charge"])
        refund.update(status="failed", failure_reason="expired_or_canceled_card")
        refund["failure_balance_transaction"] = payment_id("txn_")
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self._state.ledger.refund_failed(refund, act.at)
        act.tell("refund.updated", refund, {"status": "succeeded"})
        act.tell("refund.failed", refund)

    def list(self, call: Call) -> Json:
        """`GET /v1/refunds`."""
        return self._kept.page(Params(call.values, LISTED | {"charge", "created", "payment_intent"}))

    def _charge(self, params: Params) -> Json:
        if name := params.text("charge"):
            return self._state.charges.get(name, "charge")
        if (payment := params.text("payment_intent")) is None:
            raise missing("payment_intent")
        intent = self._state.intents.get(payment, "payment_intent")
        if intent["latest_charge"] is None:
            message = f"The PaymentIntent {payment} does not have a successful charge to refund."
            raise invalid("payment_intent", message, "payment_intent_unexpected_state")
        return self._state.charges.get(intent["latest_charge"])


def _major(minor: int) -> str:
    return f"${minor / 100:,.2f}"
