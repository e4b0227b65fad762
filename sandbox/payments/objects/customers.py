"""Customers: who pays, and the payment method that is charged when nobody says another."""

import json

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError, invalid, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import LISTED, Params, merged
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.clock import moment
from sandbox.payments.shapes.payer import blank_address, new_customer
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act, changes

_PLAIN = ("description", "email", "name", "phone")
_WRITTEN = {
    *_PLAIN,
    "address",
    "balance",
    "invoice_settings",
    "metadata",
    "preferred_locales",
    "shipping",
    "tax_exempt",
}
_SETTINGS = {"default_payment_method", "footer"}


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
        params = Params(call.values, _WRITTEN | {"payment_method"})
        act = self._state.act(moment(metadata=params.metadata()), call=call)
        customer = self._kept.put(new_customer(act.at))
        try:
            if method := params.text("payment_method"):
                self._on_file.attach_to(self._on_file.usable(method, act.at), customer, act)
            self._write(customer, params)
        except StripeError:
            self._kept.drop(customer)
            raise
        return self._told(act, "customer.created", customer)

    async def retrieve(self, call: Call) -> Json:
        """`GET /v1/customers/{id}`: `no_method` in the account's scripts hides its methods until the next time."""
        if call.path["id"] in self._deleted:
            return _deleted(call.path["id"])
        customer = self._kept.get(call.path["id"], status=404)
        account = self._state.account_of(customer)
        self._without_method.discard(customer["id"])
        how = self._state.scripts.take_no_method(account)
        if how is None:
            return customer
        if how.hold_before:
            await self._state.scripts.hold(account, customer["id"])
        self._without_method.add(customer["id"])
        return customer | {"invoice_settings": {**customer["invoice_settings"], "default_payment_method": None}}

    def update(self, call: Call) -> Json:
        """`POST /v1/customers/{id}`."""
        params = Params(call.values, _WRITTEN | {"default_source"})
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

    def list(self, call: Call) -> Json:
        """`GET /v1/customers`."""
        return self._kept.page(Params(call.values, LISTED | {"created", "email"}))

    def methods(self, call: Call) -> Json:
        """`GET /v1/customers/{id}/payment_methods`."""
        customer = self._kept.get(call.path["id"], status=404)
        return self._page(Params({**call.values, "customer": customer["id"]}, LISTED | {"customer", "type"}))

    def method(self, call: Call) -> Json:
        """`GET /v1/customers/{id}/payment_methods/{method}`."""
        customer = self._kept.get(call.path["id"], status=404)
        method = self._state.methods.get(call.path["method"], "payment_method", 404)
        if method["customer"] != customer["id"]:
            raise no_such("PaymentMethod", method["id"], "payment_method", 404)
        return method

    def list_methods(self, call: Call) -> Json:
        """`GET /v1/payment_methods`."""
        params = Params(call.values, LISTED | {"customer", "type", "allow_redisplay"})
        if (customer := params.text("customer")) is None:
            return {"object": "list", "data": [], "has_more": False, "url": "/v1/payment_methods"}
        self._kept.get(customer, "customer")
        return self._page(params)

    def _page(self, params: Params) -> Json:
        hidden = params.text("customer") in self._without_method
        return self._state.methods.page(params, lambda _: not hidden)

    def _write(self, customer: Json, params: Params) -> None:
        for name in _PLAIN:
            if name in params and name != "email":
                customer[name] = params.text(name)
        for name in ("address", "shipping"):
            if name in params:
                customer[name] = (blank_address() if name == "address" else {}) | params.tree(name)
        if (balance := params.integer("balance")) is not None:
            customer["balance"] = balance
        if "preferred_locales" in params:
            customer["preferred_locales"] = params.rows("preferred_locales")
        customer["tax_exempt"] = params.choice("tax_exempt", ("none", "exempt", "reverse")) or customer["tax_exempt"]
        customer["metadata"] = merged(customer["metadata"], params)
        self._write_settings(customer, params)
        if "email" in params:  # the last, because its list cannot be undone by putting the field back
            self._kept.change(customer, "email", params.text("email"))

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
