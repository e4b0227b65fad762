"""Payment methods: cards and bank accounts on file."""

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import invalid, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params, merged
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.clock import moment
from sandbox.payments.instruments.instruments import BY_NAME
from sandbox.payments.objects.method_params import WRITTEN, made
from sandbox.payments.shapes.payer import billing_details
from sandbox.payments.state import State


class Methods:
    """The endpoints under /v1/payment_methods but the list, which customers answer."""

    def __init__(self, state: State, on_file: MethodsOnFile) -> None:
        self._state = state
        self._kept = state.methods
        self._on_file = on_file

    def create(self, call: Call) -> Json:
        """`POST /v1/payment_methods`."""
        return made(Params(call.values, WRITTEN), self._on_file, moment())

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/payment_methods/{id}`."""
        return self._kept.get(call.path["id"], "payment_method", 404)

    def update(self, call: Call) -> Json:
        """`POST /v1/payment_methods/{id}`."""
        method = self.retrieve(call)
        params = Params(call.values, {"billing_details", "metadata", "allow_redisplay"})
        method["metadata"] = merged(method["metadata"], params)
        if "billing_details" in params:
            method["billing_details"] = billing_details(params.tree("billing_details"))
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
        method = self._on_file.usable(call.path["id"], act.at)
        self._on_file.attach_to(method, customer, act)
        self._state.events.publish(act)
        return method

    def detach(self, call: Call) -> Json:
        """`POST /v1/payment_methods/{id}/detach`: it cannot be used again."""
        method = self.retrieve(call)
        if method["customer"] is None:
            raise invalid(
                "", "The payment method you provided is not attached to a customer so detachment is impossible."
            )
        act = self._state.act(moment(), method, call)
        self._on_file.detach_from(method, act)
        self._state.events.publish(act)
        return method
