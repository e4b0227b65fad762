"""SetupIntents: a payment method is put on file, and its owner agrees that it may be charged later."""

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError, invalid, unexpected_state
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.clock import moment
from sandbox.payments.instruments.declines import card_decline, card_error
from sandbox.payments.objects.intent_params import known_kinds, needs_return, read_kinds
from sandbox.payments.shapes.checkout import new_setup_intent
from sandbox.payments.shapes.payment import ALL_KINDS, next_action
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

_CREATE = {
    "allowed_payment_method_types", "automatic_payment_methods", "confirm", "customer", "description", "metadata",
    "payment_method", "payment_method_types", "return_url", "usage",
}  # fmt: skip


class Setups:
    """The endpoints under /v1/setup_intents."""

    def __init__(self, state: State, on_file: MethodsOnFile) -> None:
        self._state = state
        self._kept = state.setups
        self._on_file = on_file

    def create(self, call: Call) -> Json:
        """`POST /v1/setup_intents`."""
        params = Params(call.values, _CREATE)
        automatic, allowed = read_kinds(params)
        setup = new_setup_intent(moment(metadata=params.metadata()))
        if customer := params.text("customer"):
            self._state.customers.get(customer, "customer")
        setup.update(
            allowed_payment_method_types=allowed or None,
            automatic_payment_methods=automatic,
            customer=customer,
            description=params.text("description"),
            metadata=params.metadata(),
            payment_method_types=known_kinds(allowed or ALL_KINDS),
            usage=params.choice("usage", ("off_session", "on_session")) or "off_session",
        )
        act = self._state.act(setup["created"], setup, call)
        if name := params.text("payment_method"):
            method = self._on_file.usable(name, act.at)
            setup.update(payment_method=method["id"], status="requires_confirmation")
        self._check_return(setup, params, confirm=params.flag("confirm"))
        self.begin(setup, act)
        if params.flag("confirm"):
            return self._confirm(setup, act)
        self._state.events.publish(act)
        return setup

    def begin(self, setup: Json, act: Act) -> None:
        """A new SetupIntent."""
        self._kept.put(setup)
        act.tell("setup_intent.created", setup)

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/setup_intents/{id}`."""
        Params(call.values, {"client_secret"})
        return self._kept.get(call.path["id"], "intent", 404)

    def put_on_file(self, setup: Json, method: Json, act: Act) -> StripeError | None:
        """The owner is there and agrees. Returns the bank's no."""
        instrument = self._state.instruments[method["id"]]
        if instrument.refuses_attachment:
            decline = card_decline(instrument.fails)
            setup["last_setup_error"] = decline.facts() | {"payment_method": dict(method), "type": "card_error"}
            setup.update(status="requires_payment_method", payment_method=None)
            act.tell("setup_intent.setup_failed", setup)
            return card_error(decline, {"setup_intent": dict(setup), "payment_method": method})
        customer = self._state.customers.find(setup["customer"] or "")
        if customer is not None and method["customer"] is None:
            self._on_file.put_on_file(method, customer, act)
        self._on_file.set_up.add(method["id"])
        setup.update(payment_method=method["id"], status="succeeded", last_setup_error=None, next_action=None)
        act.tell("setup_intent.succeeded", setup)
        return None

    def _confirm(self, setup: Json, act: Act) -> Json:
        if setup["payment_method"] is None:
            message = "You cannot confirm this SetupIntent because it's missing a payment method."
            raise unexpected_state("setup_intent", message, dict(setup))
        method, failed = self._state.methods.get(setup["payment_method"]), None
        if self._state.instruments[method["id"]].authentication:
            setup.update(status="requires_action", next_action=next_action())
            act.tell("setup_intent.requires_action", setup)
        else:
            failed = self.put_on_file(setup, method, act)
        self._state.events.publish(act)
        if failed is not None:
            raise failed
        return setup

    def _check_return(self, setup: Json, params: Params, *, confirm: bool) -> None:
        if confirm and needs_return(setup) and not params.text("return_url"):
            message = "This SetupIntent is configured to accept payment methods enabled in your Dashboard, some of "
            raise invalid("", f"{message}which redirect your customer: you must provide a `return_url`.")
