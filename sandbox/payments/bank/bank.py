"""The banks' side of a payment: a charge is approved, declined, or a debit on its way that settles or comes back."""

from dataclasses import dataclass

from sandbox.control.scripts import Behaviour
from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import payment_id
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.books import Charge
from sandbox.payments.instruments.declines import Decline, card_decline, card_error, debit_failure
from sandbox.payments.instruments.instruments import Instrument
from sandbox.payments.shapes.charge import approved_outcome, declined_outcome, new_charge, receipt_url
from sandbox.payments.shapes.payment import next_action
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

_AS_IS = Behaviour()


@dataclass(frozen=True)
class Attempt:
    """One try: whose money, by what, whether its owner is away, or has just authenticated it."""

    intent: Json
    method: Json
    off_session: bool = False
    authenticated: bool = False


class Bank:
    """Moves money from payers to us, and writes it down."""

    def __init__(self, state: State, on_file: MethodsOnFile) -> None:
        self._state = state
        self._on_file = on_file

    def open(self, attempt: Attempt, at: int, key: str = "") -> Charge:
        """Open its row in the ledger; every try needs that first."""
        label = self._state.instruments[attempt.method["id"]].label
        return self._state.ledger.open(attempt.intent, self._state.account_of(attempt.intent), label, at, key)

    def attempt(self, attempt: Attempt, act: Act, how: Behaviour = _AS_IS) -> StripeError | None:
        """Try it. Returns the bank's no, which the caller of the API has to hear."""
        intent, method = attempt.intent, attempt.method
        instrument = self._state.instruments[method["id"]]
        wants_owner = not attempt.authenticated and self._wants_owner(method["id"], instrument)
        if wants_owner and not attempt.off_session:
            intent.update(status="requires_action", payment_method=method["id"], next_action=next_action())
            act.tell("payment_intent.requires_action", intent)
            return None
        charge = self._charge(intent, method, instrument, act)
        decline = _decline(instrument, how, wants_owner=wants_owner)
        if decline is not None:
            return self.fail(intent, charge, decline, act)
        if instrument.kind != "card" or how.word == "pending":
            self._in_transit(intent, charge, act)
        else:
            self.arrive(intent, charge, act)
        self._keep(intent, method, act)
        return None

    def settle(self, intent: Json, outcome: str, act: Act) -> None:
        """End a debit in transit: it succeeded, or came back under that code."""
        charge = self._state.charges.get(intent["latest_charge"])
        if outcome == "succeeded":
            self.arrive(intent, charge, act)
        else:
            self.fail(intent, charge, debit_failure(outcome), act)

    def arrive(self, intent: Json, charge: Json, act: Act) -> None:
        """The money is here."""
        charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
        charge.update(outcome=approved_outcome(), receipt_url=receipt_url(charge["id"]))
        charge["balance_transaction"] = payment_id("txn_")
        intent.update(status="succeeded", amount_received=intent["amount"])
        self._state.ledger.arrived(intent, charge, act.at)
        act.tell("charge.succeeded", charge)
        act.tell("payment_intent.succeeded", intent)

    def fail(self, intent: Json, charge: Json, decline: Decline, act: Act) -> StripeError:
        """No money came."""
        charge.update(status="failed", failure_code=decline.code, failure_message=decline.message)
        charge["outcome"] = declined_outcome(decline)
        method = self._state.methods.get(charge["payment_method"])
        kind = "card_error" if decline.card else "invalid_request_error"
        error = decline.facts() | {"charge": charge["id"], "payment_method": method, "type": kind}
        intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
        self._state.ledger.failed(intent, decline.name, decline.message, act.at)
        act.tell("charge.failed", charge)
        act.tell("payment_intent.payment_failed", intent)
        more = {"charge": charge["id"], "payment_intent": dict(intent), "payment_method": method}
        return card_error(decline, more)

    def _charge(self, intent: Json, method: Json, instrument: Instrument, act: Act) -> Json:
        charge = self._state.charges.put(new_charge(intent, instrument, method, act.at))
        self._state.instruments[charge["id"]] = instrument
        intent.update(
            payment_method=method["id"], latest_charge=charge["id"], last_payment_error=None, next_action=None
        )
        return charge

    def _keep(self, intent: Json, method: Json, act: Act) -> None:
        """Put the method on the customer's file when that was agreed; else it was used once and for all."""
        customer = self._state.customers.find(intent["customer"] or "")
        if method["customer"] is None and customer is not None and intent["setup_future_usage"]:
            self._on_file.put_on_file(method, customer, act)
            self._on_file.set_up.add(method["id"])
        self._on_file.use_up(method)

    def _in_transit(self, intent: Json, charge: Json, act: Act) -> None:
        charge["outcome"] = approved_outcome()
        intent["status"] = "processing"
        self._state.ledger.underway(intent)
        act.tell("payment_intent.processing", intent)
        act.tell("charge.pending", charge)

    def _wants_owner(self, method: str, instrument: Instrument) -> bool:
        """Whether the bank asks the card's owner to authenticate: that needs the owner to be there."""
        unless = instrument.authentication == "unless_set_up" and method in self._on_file.set_up
        return bool(instrument.authentication) and not unless


def _decline(instrument: Instrument, how: Behaviour, *, wants_owner: bool) -> Decline | None:
    if how.word == "decline":
        return card_decline(how.argument or "card_declined")
    if wants_owner:
        return card_decline("authentication_required")
    return card_decline(instrument.fails) if instrument.fails else None
