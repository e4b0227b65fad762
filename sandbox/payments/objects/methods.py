"""Payment methods: cards and bank accounts on file."""

from typing import cast

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError, invalid, missing, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params, merged
from sandbox.payments.clock import moment
from sandbox.payments.instruments.declines import Decline, card_decline
from sandbox.payments.instruments.instruments import BY_NAME, Instrument, Kind
from sandbox.payments.objects.method_params import read_instrument
from sandbox.payments.shapes import payer as shapes_payer
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

_KINDS = ("card", "us_bank_account", "sepa_debit")
_WRITTEN = {*_KINDS, "type", "billing_details", "metadata", "allow_redisplay"}
_USED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use "
    "a PaymentMethod multiple times, you must attach it to a Customer first."
)


class Methods:
    """The endpoints under /v1/payment_methods but the list, which customers answer."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept = state.methods
        self._used_up: set[str] = set()
        self.set_up: set[str] = set()

    def create(self, call: Call) -> Json:
        """`POST /v1/payment_methods`."""
        return self._made(Params(call.values, _WRITTEN), moment())

    def from_data(self, params: Params, at: int) -> Json:
        """A new payment method of what `payment_method_data` says."""
        return self._made(params.inner("payment_method_data", _WRITTEN), at)

    def _made(self, params: Params, at: int) -> Json:
        kind = cast("Kind | None", params.choice("type", _KINDS))
        if kind is None:
            raise missing("type")
        method = self.new(read_instrument(kind, params), at, params.tree("billing_details"))
        method["metadata"] = params.metadata()
        method["allow_redisplay"] = params.text("allow_redisplay") or "unspecified"
        return method

    def new(self, instrument: Instrument, at: int, details: Json | None = None) -> Json:
        """A new payment method that is attached to nobody."""
        method = self._kept.put(shapes_payer.payment_method(instrument, at, details))
        self._state.instruments[method["id"]] = instrument
        return method

    def usable(self, name: str, at: int, param: str = "payment_method") -> Json:
        """The payment method of that id; a ready-made name makes a new one. Raises StripeError."""
        if name in BY_NAME:
            return self.new(BY_NAME[name], at)
        method = self._kept.get(name, param)
        if name in self._used_up:
            raise StripeError(400, _USED, "payment_method_unexpected_state")
        return method

    def use_up(self, method: Json) -> None:
        """It was used without being attached: it cannot be used again."""
        if method["customer"] is None:
            self._used_up.add(method["id"])

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/payment_methods/{id}`."""
        return self._kept.get(call.path["id"], "payment_method", 404)

    def update(self, call: Call) -> Json:
        """`POST /v1/payment_methods/{id}`."""
        method = self.retrieve(call)
        params = Params(call.values, {"billing_details", "metadata", "allow_redisplay"})
        method["metadata"] = merged(method["metadata"], params)
        if "billing_details" in params:
            method["billing_details"] = shapes_payer.billing_details(params.tree("billing_details"))
        method["allow_redisplay"] = params.text("allow_redisplay") or method["allow_redisplay"]
        act = self._state.act(moment(), method, call)
        act.tell("payment_method.updated", method)
        self._state.events.publish(act)
        return method

    def attach(self, call: Call) -> Json:
        """`POST /v1/payment_methods/{id}/attach`."""
        params = Params(call.values, {"customer"})
        customer = self._state.customers.get(params.needed("customer"), "customer")
        if call.path["id"] not in BY_NAME and self._kept.find(call.path["id"]) is None:
            raise no_such("PaymentMethod", call.path["id"], "payment_method", 404)
        act = self._state.act(moment(), customer, call)
        method = self.usable(call.path["id"], act.at)
        self.attach_to(method, customer, act)
        self._state.events.publish(act)
        return method

    def attach_to(self, method: Json, customer: Json, act: Act) -> None:
        """Put it on the customer's file. Raises StripeError when the bank refuses the card, or it is another's."""
        if method["customer"] == customer["id"]:
            return
        if method["customer"] is not None:
            raise StripeError(
                400, "This PaymentMethod has already been attached to a customer.", "payment_method_unexpected_state"
            )
        instrument = self._state.instruments[method["id"]]
        if instrument.refuses_attachment:
            raise card_error(card_decline(instrument.fails), {"payment_method": method})
        self.put_on_file(method, customer, act)

    def put_on_file(self, method: Json, customer: Json, act: Act) -> None:
        """Attach it without asking the bank."""
        self._used_up.discard(method["id"])
        self._kept.change(method, "customer", customer["id"])
        act.tell("payment_method.attached", method)

    def detach(self, call: Call) -> Json:
        """`POST /v1/payment_methods/{id}/detach`: it cannot be used again."""
        method = self.retrieve(call)
        if method["customer"] is None:
            raise invalid(
                "", "The payment method you provided is not attached to a customer so detachment is impossible."
            )
        act = self._state.act(moment(), method, call)
        self.detach_from(method, act)
        self._state.events.publish(act)
        return method

    def detach_from(self, method: Json, act: Act) -> None:
        """Take it from its customer's file."""
        owner = method["customer"]
        self._kept.change(method, "customer", None)
        self._used_up.add(method["id"])
        act.tell("payment_method.detached", method, {"customer": owner})
        customer = self._state.customers.find(owner)
        if customer and customer["invoice_settings"]["default_payment_method"] == method["id"]:
            customer["invoice_settings"]["default_payment_method"] = None


def card_error(decline: Decline, more: Json) -> StripeError:
    """A bank's no, as an error answer that is stored under its key."""
    facts = decline.facts()
    message, code = facts.pop("message"), facts.pop("code")
    return StripeError(402, message, code, kind="card_error", stored=True, more=facts | more)
