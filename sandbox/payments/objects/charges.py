"""Charges, as they are read: PaymentIntents make them."""

from sandbox.payments.api.call import Call
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import LISTED, Params
from sandbox.payments.store.collection import Shelf


class Charges:
    """The endpoints under /v1/charges."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/charges/{id}`."""
        Params(call.values, ())
        return self._shelf.get(call.path["id"], "charge", 404)

    def list(self, call: Call) -> Json:
        """`GET /v1/charges`."""
        return self._shelf.page(Params(call.values, LISTED | {"created", "customer", "payment_intent"}))
