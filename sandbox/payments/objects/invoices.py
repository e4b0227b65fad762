"""Invoices of subscriptions: billed at the end of a period, paid by the customer's default method, tried again."""

from datetime import datetime

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import LISTED, Params
from sandbox.payments.bank.bank import Attempt, Bank
from sandbox.payments.clock import moment, real_now
from sandbox.payments.shapes.billing import new_invoice, new_invoice_payment, shown
from sandbox.payments.shapes.payment import new_payment_intent
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

_STATUSES = ("draft", "open", "paid", "uncollectible", "void")
_AHEAD = 2 * 24 * 3600
_NOT_OPEN = "You can only pass in open invoices. This invoice isn't open."


class Invoices:
    """The endpoints under /v1/invoices and /v1/invoice_payments, and what happens when a period ends."""

    def __init__(self, state: State, bank: Bank) -> None:
        self._state = state
        self._bank = bank
        self._kept = state.invoices

    def list(self, call: Call) -> Json:
        """`GET /v1/invoices`. A test may live months ahead: whoever asks until now means all that there is."""
        params = Params(call.values, LISTED | {"created", "customer", "status", "subscription"})
        status = params.choice("status", _STATUSES)
        span = params.inner("created", {"gt", "gte", "lt", "lte"}) if params.has_levels("created") else None
        if span and (span.integer("lt") or 0) >= real_now() - _AHEAD:
            del call.values["created"]["lt"]
        found = self._kept.page(params, lambda each: status in (None, each["status"]))
        whole = "data.payments" in params.rows("expand")
        return found | {"data": [self._with_payments(each) if whole else shown(each) for each in found["data"]]}

    def update(self, call: Call) -> Json:
        """`POST /v1/invoices/{id}`."""
        params = Params(call.values, {"auto_advance", "metadata"})
        invoice = self._kept.get(call.path["id"], status=404)
        if "auto_advance" in params:
            invoice["auto_advance"] = params.flag("auto_advance")
            invoice["next_payment_attempt"] = invoice["next_payment_attempt"] if invoice["auto_advance"] else None
        return shown(invoice)

    def void(self, call: Call) -> Json:
        """`POST /v1/invoices/{id}/void`: its subscription is as if it had never been billed."""
        Params(call.values, ())
        invoice = self._kept.get(call.path["id"], status=404)
        if invoice["status"] != "open":
            raise StripeError(400, _NOT_OPEN)
        act = self._state.act(moment(invoice["created"]), invoice, call)
        invoice.update(status="void", next_payment_attempt=None)
        subscription = self._state.subscriptions.get(invoice["subscription"])
        if subscription["status"] == "past_due":
            subscription["status"] = "active"
        act.tell("invoice.voided", shown(invoice))
        self._state.events.publish(act)
        return shown(invoice)

    def payments(self, call: Call) -> Json:
        """`GET /v1/invoice_payments`."""
        params = Params(call.values, LISTED | {"invoice", "payment", "status"})
        by = params.inner("payment", {"type", "payment_intent"})
        status, name = params.choice("status", ("canceled", "open", "paid")), by.text("payment_intent")
        if name is not None:
            by.needed("type")
            self._state.intents.get(name, "payment[payment_intent]")
        return self._state.invoice_payments.page(
            params,
            lambda each: status in (None, each["status"]) and name in (None, each["payment"]["payment_intent"]),
        )

    def bill(self, subscription: Json, at: datetime) -> Json:
        """A period ends: its invoice, a draft that is tried an hour later."""
        told = int(at.timestamp())
        amount = sum(each["price"]["unit_amount"] * each["quantity"] for each in subscription["items"]["data"])
        invoice = self._kept.put(new_invoice(subscription, amount, told))
        invoice["next_payment_attempt"] = told + 3600
        subscription["latest_invoice"] = invoice["id"]
        act = self._state.act(told, invoice)
        act.tell("invoice.created", shown(invoice))
        self._state.events.publish(act)
        return invoice

    def attempt(self, invoice: Json, at: datetime, retry: datetime | None) -> Json:
        """Take its money now; the PaymentIntent. What fails, or has no method, is tried again at `retry`."""
        told = int(at.timestamp())
        payment = self._payment_of(invoice, told)
        intent = self._state.intents.get(payment["payment"]["payment_intent"])
        act = self._state.act(self._state.now(intent, told), invoice)
        customer = self._state.customers.get(invoice["customer"])
        method = self._state.methods.find(customer["invoice_settings"]["default_payment_method"] or "")
        invoice.update(status="open", attempted=True, attempt_count=invoice["attempt_count"] + 1)
        invoice["status_transitions"]["finalized_at"] = invoice["status_transitions"]["finalized_at"] or told
        if method:
            attempt = Attempt(intent, method, off_session=True)
            self._bank.open(attempt, act.at)
            self._bank.attempt(attempt, act)
        self._ended(invoice, payment, intent, act, retry)
        if invoice["status"] == "paid":
            invoice["status_transitions"]["paid_at"] = payment["status_transitions"]["paid_at"] = told
        self._state.events.publish(act)
        return intent

    def _payment_of(self, invoice: Json, at: int) -> Json:
        """What is to be paid of it: one PaymentIntent, however often it is tried, with nobody's metadata."""
        for known in self._state.invoice_payments.of("invoice", invoice["id"]):
            return known
        intent = new_payment_intent(at, invoice["total"], invoice["currency"])
        intent.update(customer=invoice["customer"], description="Subscription update", setup_future_usage="off_session")
        self._state.intents.put(intent)
        return self._state.invoice_payments.put(new_invoice_payment(invoice, intent, at))

    def _ended(self, invoice: Json, payment: Json, intent: Json, act: Act, retry: datetime | None) -> None:
        subscription = self._state.subscriptions.get(invoice["subscription"])
        invoice["next_payment_attempt"] = None
        before = {"status": subscription["status"]}
        if intent["status"] == "succeeded":
            invoice.update(status="paid", amount_paid=invoice["total"], amount_remaining=0)
            payment.update(status="paid", amount_paid=invoice["total"])
            subscription["status"] = "active"
            act.tell("invoice.paid", shown(invoice))
        elif intent["status"] != "processing":
            invoice["next_payment_attempt"] = int(retry.timestamp()) if retry else None
            subscription["status"] = "past_due"
            act.tell("invoice.payment_failed", shown(invoice))
        if subscription["status"] != before["status"]:
            act.tell("customer.subscription.updated", subscription, before)

    def _with_payments(self, invoice: Json) -> Json:
        its = self._state.invoice_payments.of("invoice", invoice["id"])
        url = f"/v1/invoice_payments?invoice={invoice['id']}"
        return shown(invoice) | {"payments": {"object": "list", "data": its, "has_more": False, "url": url}}
