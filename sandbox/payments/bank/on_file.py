"""Payment methods on file: whose each is, and whether it may still be used. The endpoints are in `objects`."""

from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json
from sandbox.payments.instruments.declines import card_decline, card_error
from sandbox.payments.instruments.instruments import BY_NAME, Instrument
from sandbox.payments.shapes.payer import new_payment_method
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

_USED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use "
    "a PaymentMethod multiple times, you must attach it to a Customer first."
)


class MethodsOnFile:
    """What customers may be charged by. `set_up` are the methods whose owners have authenticated for later."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept = state.methods
        self._used_up: set[str] = set()
        self.set_up: set[str] = set()

    def new(self, instrument: Instrument, at: int, details: Json | None = None) -> Json:
        """A new payment method that is attached to nobody."""
        method = self._kept.put(new_payment_method(instrument, at, details))
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

    def detach_from(self, method: Json, act: Act) -> None:
        """Take it from its customer's file."""
        owner = method["customer"]
        self._kept.change(method, "customer", None)
        self._used_up.add(method["id"])
        act.tell("payment_method.detached", method, {"customer": owner})
        customer = self._state.customers.find(owner)
        if customer and customer["invoice_settings"]["default_payment_method"] == method["id"]:
            customer["invoice_settings"]["default_payment_method"] = None
