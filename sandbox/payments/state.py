"""All that the company knows, where every part of it looks."""

from datetime import datetime

from sandbox.payments.api.call import Call
from sandbox.payments.api.forms import Json
from sandbox.payments.api.idempotency import Keys
from sandbox.payments.clock import moment
from sandbox.payments.failures import PaymentScripts
from sandbox.payments.instruments.instruments import Instrument
from sandbox.payments.store.collection import Collection
from sandbox.payments.store.ledger import Ledger
from sandbox.payments.webhooks.events import Act, Events
from sandbox.payments.webhooks.send import Hooks


class State:
    """The collections of all objects, the ledger, the events, the scripts."""

    def __init__(self) -> None:
        self.scripts = PaymentScripts()
        self.ledger = Ledger()
        self.hooks = Hooks(self.ledger, self.scripts)
        self.events = Events(self.ledger, self.hooks)
        self.keys = Keys()
        self.customers = Collection("customer", "/v1/customers")
        self.methods = Collection("PaymentMethod", "/v1/payment_methods", ("customer", "type"))
        self.intents = Collection("payment_intent", "/v1/payment_intents", ("customer",))
        self.setups = Collection("setupintent", "/v1/setup_intents", ("customer", "payment_method"))
        self.charges = Collection("charge", "/v1/charges", ("payment_intent", "customer"))
        self.refunds = Collection("refund", "/v1/refunds", ("charge", "payment_intent"))
        self.disputes = Collection("dispute", "/v1/disputes", ("charge", "payment_intent"))
        self.sessions = Collection("checkout.session", "/v1/checkout/sessions", ("payment_intent", "customer"))
        self.subscriptions = Collection("subscription", "/v1/subscriptions", ("customer",))
        self.invoices = Collection("invoice", "/v1/invoices", ("subscription", "customer"))
        self.invoice_payments = Collection("invoice_payment", "/v1/invoice_payments", ("invoice",))
        self.instruments: dict[str, Instrument] = {}
        self.payers: dict[str, str] = {}
        self._moments: dict[str, int] = {}

    def collections(self) -> dict[str, Collection]:
        """Every collection under the beginning of its ids."""
        return {
            "cus_": self.customers,
            "pm_": self.methods,
            "pi_": self.intents,
            "seti_": self.setups,
            "ch_": self.charges,
            "py_": self.charges,
            "re_": self.refunds,
            "pyr_": self.refunds,
            "dp_": self.disputes,
            "cs_": self.sessions,
            "sub_": self.subscriptions,
            "in_": self.invoices,
        }

    def account_of(self, thing: Json) -> str:
        """Whose an object is: its own metadata say it, or those of its customer."""
        own = thing.get("metadata", {}).get("account")
        payer = thing if thing["object"] == "customer" else self.customers.find(thing.get("customer") or "")
        return own or (payer["metadata"].get("account") or payer["id"] if payer else "")

    def now(self, intent: Json, at: datetime | int | None = None, metadata: dict[str, str] | None = None) -> int:
        """What time it is for a payment: never earlier than anything that has happened to it."""
        told = moment(at, self._moments.get(intent["id"]), metadata={**intent["metadata"], **(metadata or {})})
        self._moments[intent["id"]] = told
        return told

    def paid(self, name: str) -> tuple[Json, Json]:
        """The charge and the PaymentIntent of that payment id or attempt key. Raises ValueError when none arrived."""
        row = self.ledger.row(name)
        if row is None or row.status != "succeeded":
            raise ValueError(f"no payment {name!r} has arrived here")
        intent = self.intents.get(row.id)
        return self.charges.get(intent["latest_charge"]), intent

    def act(self, at: int, thing: Json | None = None, call: Call | None = None) -> Act:
        """Something is done: what it tells goes out with `events.publish`."""
        account = self.account_of(thing) if thing else ""
        return Act(at, account, call.id if call else None, call.key if call else None)
