"""Customers: who pays, and the payment method that is charged when nobody says another."""

import json

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError, invalid, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import LISTED, Params, merged
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.clock import moment
from sandbox.payments.shapes.payer import new_customer
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act, changes

_PLAIN = ("description", "email", "name", "phone")
_WRITTEN = {*_PLAIN, "invoice_settings", "metadata"}
_SETTINGS = {"default_payment_method", "footer"}


_LOOKED = "default_source"


class Customers:
    """The endpoints under /v1/customers."""

    def __init__(self, state: State, on_file: MethodsOnFile) -> None:
        self._state = state
        self._on_file = on_file
        self._kept = state.customers
        self._without_method: set[str] = set()
        self._deleted: set[str] = set()

    def create(self, call: Call) -> Json:
        """`POST /v1/customers`."""
        params = Params(call.values, _WRITTEN)
        act = self._state.act(moment(metadata=params.metadata()), call=call)
        customer = self._kept.put(new_customer(act.at))
        try:
            self._write(customer, params)
        except StripeError:
            self._kept.drop(customer)
            raise
        return self._told(act, "customer.created", customer)

    async def retrieve(self, call: Call) -> Json:
        """`GET /v1/customers/{id}`: `no_method` in the account's scripts hides its methods until the next time.

        Not from whoever only looks, and reads `default_source`: the script is about the next charge.
        """
        if call.path["id"] in self._deleted:
            return _deleted(call.path["id"])
        customer = self._kept.get(call.path["id"], status=404)
        account = self._state.account_of(customer)
        self._without_method.discard(customer["id"])
        if _LOOKED in str(call.values.get("expand", "")):
            return customer
        how = self._state.scripts.take_no_method(account)
        if how is None:
            return customer
        if how.hold_before:
            await self._state.scripts.hold(account, customer["id"])
        self._without_method.add(customer["id"])
        return customer | {"invoice_settings": {**customer["invoice_settings"], "default_payment_method": None}}

    def update(self, call: Call) -> Json:
        """`POST /v1/customers/{id}`."""
        params = Params(call.values, _WRITTEN)
        customer = self._kept.get(call.path["id"], status=404)
        before = json.loads(json.dumps(customer))
        try:
            self._write(customer, params)
        except StripeError:
            customer.update(before)
            raise
        act = self._state.act(moment(metadata=params.metadata()), customer, call)
        changed = changes(before, customer)
        return self._told(act, "customer.updated", customer, changed) if changed else customer

    def delete(self, call: Call) -> Json:
        """`DELETE /v1/customers/{id}`: its payment methods are detached."""
        customer = self._kept.get(call.path["id"], status=404)
        act = self._state.act(moment(), customer, call)
        for method in self._state.methods.of("customer", customer["id"]):
            self._on_file.detach_from(method, act)
        self._told(act, "customer.deleted", customer)
        self._kept.drop(customer)
        if self._state.payers[act.account] == customer["id"]:
            del self._state.payers[act.account]
        self._deleted.add(customer["id"])
        return _deleted(customer["id"])

    def methods(self, call: Call) -> Json:
        """`GET /v1/customers/{id}/payment_methods`."""
        customer = self._kept.get(call.path["id"], status=404)
        params = Params({**call.values, "customer": customer["id"]}, LISTED | {"customer", "type"})
        hidden = customer["id"] in self._without_method
        return self._state.methods.page(params, lambda _: not hidden)

    def _write(self, customer: Json, params: Params) -> None:
        for name in _PLAIN:
            if name in params:
                customer[name] = params.text(name)
        customer["metadata"] = merged(customer["metadata"], params)
        self._write_settings(customer, params)

    def _write_settings(self, customer: Json, params: Params) -> None:
        settings = params.inner("invoice_settings", _SETTINGS)
        if "footer" in settings:
            customer["invoice_settings"]["footer"] = settings.text("footer")
        if "default_payment_method" not in settings:
            return
        name = settings.text("default_payment_method")
        param = "invoice_settings[default_payment_method]"
        if name is not None:
            method = self._state.methods.get(name, param)
            if method["customer"] is None:
                message = "The customer does not have a payment method with the ID {name}. The payment method must be "
                raise invalid(param, message.format(name=name) + "attached to the customer.", "resource_missing")
            if method["customer"] != customer["id"]:
                raise no_such("PaymentMethod", name, param)
        customer["invoice_settings"]["default_payment_method"] = name

    def _told(self, act: Act, kind: str, customer: Json, before: Json | None = None) -> Json:
        act.account = self._state.account_of(customer)
        self._state.payers.setdefault(act.account, customer["id"])
        act.tell(kind, customer, before)
        self._state.events.publish(act)
        return customer


def _deleted(name: str) -> Json:
    """All that is left of a customer."""
    return {"id": name, "object": "customer", "deleted": True}
