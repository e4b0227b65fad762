"""Checkout Sessions: a page of ours where a person pays, or puts a payment method on file."""

from datetime import datetime

from sandbox.payments.api.call import Call
from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params
from sandbox.payments.bank.bank import Attempt, Bank
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.clock import moment
from sandbox.payments.instruments.instruments import Instrument
from sandbox.payments.objects.session_params import INTENT_DATA, SETUP_DATA, read_session
from sandbox.payments.objects.setups import Setups
from sandbox.payments.shapes.checkout import customer_details, new_setup_intent
from sandbox.payments.shapes.payment import new_payment_intent
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act

PAGE = "c/pay/"


class Sessions:
    """The endpoints under /v1/checkout/sessions, and what happens on the page."""

    def __init__(self, state: State, on_file: MethodsOnFile, bank: Bank, setups: Setups) -> None:
        self._state = state
        self._kept = state.sessions
        self._on_file = on_file
        self._bank = bank
        self._setups = setups
        self._about: dict[str, Params] = {}

    def create(self, call: Call) -> Json:
        """`POST /v1/checkout/sessions`."""
        session, params = read_session(call.values, self._state)
        kind, known = ("setup", SETUP_DATA) if session["mode"] == "setup" else ("payment", INTENT_DATA)
        about = params.inner(f"{kind}_intent_data", known)
        self._about[session["id"]] = about
        if session["mode"] == "setup":
            session["setup_intent"] = self._new_setup(session, about, call)["id"]
        session["url"] = f"{call.base}{PAGE}{session['id']}"
        return self._kept.put(session)

    def retrieve(self, call: Call) -> Json:
        """`GET /v1/checkout/sessions/{id}`."""
        Params(call.values, ())
        return self.get(call.path["id"])

    def get(self, name: str) -> Json:
        """The session of that id. Raises StripeError."""
        return self._kept.get(name, "session", 404)

    def pay(self, session: Json, instrument: Instrument, at: datetime | None = None) -> str:
        """A person completes the page. Returns the id of the payment, or of the SetupIntent.

        Raises StripeError when the session is over, or with the bank's no: then the page can be tried again.
        """
        self._refuse_closed(session)
        method = self._on_file.new(instrument, moment(at))
        if session["mode"] == "setup":
            return self._set_up(session, method, at)
        intent = self._intent(session, at)
        act = self._state.act(self._state.now(intent, at), intent)
        if intent["latest_charge"] is None:
            act.tell("payment_intent.created", intent)
        attempt = Attempt(intent, method, authenticated=True)
        self._bank.open(attempt, act.at)
        failed = self._bank.attempt(attempt, act)
        if failed is None:
            self._complete(session, "paid" if intent["status"] == "succeeded" else "unpaid", act)
        self._state.events.publish(act)
        if failed is not None:
            raise failed
        return intent["id"]

    def settled(self, intent: Json, act: Act) -> None:
        """A debit that was paid on a page has ended."""
        for session in self._kept.of("payment_intent", intent["id"]):
            arrived = intent["status"] == "succeeded"
            session["payment_status"] = "paid" if arrived else "unpaid"
            act.tell(f"checkout.session.async_payment_{'succeeded' if arrived else 'failed'}", session)

    def _set_up(self, session: Json, method: Json, at: datetime | None) -> str:
        setup = self._state.setups.get(session["setup_intent"])
        act = self._state.act(moment(at, metadata=session["metadata"]), setup)
        failed = self._setups.put_on_file(setup, method, act)
        if failed is None:
            self._complete(session, "no_payment_required", act)
        self._state.events.publish(act)
        if failed is not None:
            raise failed
        return setup["id"]

    def _complete(self, session: Json, payment_status: str, act: Act) -> None:
        session.update(status="complete", payment_status=payment_status, url=None)
        session["customer_details"] = customer_details(self._state.customers.find(session["customer"] or ""))
        if asked := session["consent_collection"]:
            terms = "accepted" if asked["terms_of_service"] == "required" else None
            session["consent"] = {"promotions": None, "terms_of_service": terms}
        act.tell("checkout.session.completed", session)

    def _intent(self, session: Json, at: datetime | None) -> Json:
        """The session's payment: made by the first try."""
        if session["payment_intent"] is not None:
            return self._state.intents.get(session["payment_intent"])
        about = self._about[session["id"]]
        made = moment(at, metadata=about.metadata())
        intent = new_payment_intent(made, session["amount_total"], session["currency"])
        intent.update(
            customer=session["customer"],
            description=about.text("description"),
            metadata=about.metadata(),
            setup_future_usage=about.choice("setup_future_usage", ("off_session", "on_session")),
        )
        self._state.intents.put(intent)
        self._kept.change(session, "payment_intent", intent["id"])
        return intent

    def _new_setup(self, session: Json, about: Params, call: Call) -> Json:
        setup = new_setup_intent(session["created"])
        told = {"customer": session["customer"], "metadata": about.metadata()}
        kinds = {"payment_method_types": session["payment_method_types"]}
        setup.update(description=about.text("description"), **told, **kinds)
        act = self._state.act(setup["created"], setup, call)
        self._setups.begin(setup, act)
        self._state.events.publish(act)
        return setup

    def _refuse_closed(self, session: Json) -> None:
        if session["status"] != "open":
            message = 'Only Checkout Sessions with a status in ["open"] can be paid. This one\'s status is '
            raise StripeError(400, f"{message}{session['status']}.", stored=True)
