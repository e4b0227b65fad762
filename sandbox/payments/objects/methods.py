"""Payment methods: cards and bank accounts on file."""

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import invalid, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.clock import moment
from sandbox.payments.instruments.instruments import BY_NAME
from sandbox.payments.state import State


class Methods:
    """The endpoints under /v1/payment_methods; the list of a customer is under /v1/customers."""

    def __init__(self, state: State, on_file: MethodsOnFile) -> None:
        self._state = state
        self._kept = state.methods
        self._on_file = on_file

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/payment_methods/{id}`."""
        return self._kept.get(call.path["id"], "payment_method", 404)

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
