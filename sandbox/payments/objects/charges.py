"""Charges, as they are read: PaymentIntents make them."""

from sandbox.payments.api.call import Call
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import LISTED, Params
from sandbox.payments.store.collection import Collection


class Charges:
    """The endpoints under /v1/charges."""

    def __init__(self, kept: Collection) -> None:
        self._kept = kept

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/charges/{id}`."""
        Params(call.values, ())
        return self._kept.get(call.path["id"], "charge", 404)

    def list(self, call: Call) -> Json:
        """`GET /v1/charges`."""
        return self._kept.page(Params(call.values, LISTED | {"created", "customer", "payment_intent"}))
