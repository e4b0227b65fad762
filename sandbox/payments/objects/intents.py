"""PaymentIntents: one payment each, however often it is tried."""

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError, invalid, unexpected_state
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import LISTED, Params
from sandbox.payments.bank.bank import Attempt
from sandbox.payments.bank.confirm import Confirmation
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.clock import moment
from sandbox.payments.objects.intent_params import (
    CONFIRM,
    CREATE,
    Terms,
    needs_return,
    read_terms,
)
from sandbox.payments.shapes.payment import new_payment_intent
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


class Intents:
    """The endpoints under /v1/payment_intents."""

    def __init__(self, state: State, on_file: MethodsOnFile, confirmation: Confirmation) -> None:
        self._state = state
        self._kept = state.intents
        self._on_file = on_file
        self._confirmation = confirmation

    async def create(self, call: Call) -> Json:
        """`POST /v1/payment_intents`."""
        params = Params(call.values, CREATE)
        terms = read_terms(params, self._state)
        at = moment(metadata=terms.metadata)
        method = self._method(params, terms.customer, at)
        intent = self._new(params, terms, at)
        act = self._state.act(self._state.now(intent, at), intent, call)
        act.tell("payment_intent.created", intent)
        if method is not None:
            intent.update(payment_method=method["id"], status="requires_confirmation")
        if not params.flag("confirm"):
            self._state.events.publish(act)
            return intent
        try:
            await self._confirm(intent, method, params, call, act)
        except Exception:
            if intent["latest_charge"] is None:
                self._kept.drop(intent)  # nothing was tried, so nothing is left
            raise
        return intent

    async def confirm(self, call: Call) -> Json:
        """`POST /v1/payment_intents/{id}/confirm`."""
        params = Params(call.values, CONFIRM)
        intent = self.retrieve_for(call)
        self._confirmation.guard(intent)
        if intent["status"] not in _OPEN:
            raise unexpected_state("payment_intent", _NOT_OPEN.format(status=intent["status"]), dict(intent))
        act = self._state.act(self._state.now(intent), intent, call)
        method = self._method(params, intent["customer"], act.at)
        if method is None and intent["payment_method"]:
            method = self._on_file.usable(intent["payment_method"], act.at)
        await self._confirm(intent, method, params, call, act)
        return intent

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/payment_intents/{id}`."""
        Params(call.values, {"client_secret"})
        return self.retrieve_for(call)

    def retrieve_for(self, call: Call) -> Json:
        """The intent that the path names."""
        return self._kept.get(call.path["id"], "intent", 404)

    def cancel(self, call: Call) -> Json:
        """`POST /v1/payment_intents/{id}/cancel`."""
        params = Params(call.values, {"cancellation_reason"})
        reason = params.choice("cancellation_reason", _REASONS)
        intent = self.retrieve_for(call)
        self._confirmation.guard(intent)
        if intent["status"] not in _OPEN:
            raise unexpected_state("payment_intent", _NOT_CANCELLED.format(status=intent["status"]), dict(intent))
        act = self._state.act(self._state.now(intent), intent, call)
        intent.update(status="canceled", canceled_at=act.at, cancellation_reason=reason, next_action=None)
        if self._state.ledger.row(intent["id"]):
            self._state.ledger.failed(intent, "canceled", "The payment was canceled.", act.at)
        act.tell("payment_intent.canceled", intent)
        self._state.events.publish(act)
        return intent

    def list(self, call: Call) -> Json:
        """`GET /v1/payment_intents`."""
        return self._kept.page(Params(call.values, LISTED | {"created", "customer"}))

    def _new(self, params: Params, terms: Terms, at: int) -> Json:
        intent = new_payment_intent(at, terms.amount, terms.currency)
        intent.update(
            automatic_payment_methods=terms.automatic,
            allowed_payment_method_types=terms.allowed or None,
            customer=terms.customer,
            description=params.text("description"),
            metadata=terms.metadata,
            payment_method_types=terms.kinds,
            setup_future_usage=params.choice("setup_future_usage", ("off_session", "on_session")),
        )
        return self._kept.put(intent)

    def _method(self, params: Params, customer: str | None, at: int) -> Json | None:
        """The payment method that the call names. Raises StripeError when it cannot be used by the customer."""
        name = params.text("payment_method")
        method = self._on_file.usable(name, at) if name else None
        if method is not None and method["customer"] is not None and method["customer"] != customer:
            message = f"The payment method {method['id']} belongs to the customer {method['customer']}."
            raise invalid("payment_method", f"{message} Please include that customer in the `customer` parameter.")
        return method

    async def _confirm(self, intent: Json, method: Json | None, params: Params, call: Call, act: Act) -> None:
        if method is None:
            message = "You cannot confirm this PaymentIntent because it's missing a payment method."
            raise unexpected_state("payment_intent", message, dict(intent))
        if method["type"] not in intent["payment_method_types"]:
            message = f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent."
            raise invalid("payment_method", message, "payment_intent_incompatible_payment_method")
        off_session = (params.text("off_session") or "false") != "false"
        if needs_return(intent) and not off_session and not params.text("return_url"):
            raise StripeError(400, _NO_RETURN)
        await self._confirmation.confirm(Attempt(intent, method, off_session), call, act)


_NOT_OPEN = "You cannot confirm this PaymentIntent because it has a status of {status}."
_NOT_CANCELLED = (
    "You cannot cancel this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of the "
    "following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, "
    "requires_action, processing."
)
_NO_RETURN = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these "
    "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want "
    "to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
    "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)
