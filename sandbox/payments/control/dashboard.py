"""What people do at the company's dashboard and on its pages, as the control interface lets a test do it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control.routes import post, refuse, say
from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json
from sandbox.payments.bank.bank import Attempt, Bank
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.clock import moment
from sandbox.payments.control.requests import (
    CustomerRequest,
    DirectRequest,
    MethodRequest,
    Named,
    PageRequest,
    RefundRequest,
)
from sandbox.payments.instruments.instruments import BY_NAME, Instrument
from sandbox.payments.objects.refunds import Refunds
from sandbox.payments.objects.sessions import Sessions
from sandbox.payments.shapes.payer import new_customer
from sandbox.payments.shapes.payment import new_payment_intent
from sandbox.payments.state import State
from sandbox.payments.webhooks.events import Act


class Dashboard:
    """Routes of the control interface."""

    def __init__(self, state: State, on_file: MethodsOnFile, bank: Bank, sessions: Sessions, refunds: Refunds) -> None:
        self._state = state
        self._on_file = on_file
        self._bank = bank
        self._sessions = sessions
        self._refunds = refunds

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            post("/control/customer", self._customer),
            post("/control/method", self._method),
            post("/control/refund", self._refund),
            post("/control/pay_session", self._pay_session),
            post("/control/pay_directly", self._pay_directly),
        ]

    async def _customer(self, request: Request) -> Response:
        wanted = CustomerRequest.model_validate_json(await request.body())
        return say(Named(id=self._payer(wanted.account, wanted.method)["id"]))

    def _payer(self, account: str, method: str = "") -> Json:
        """The account's customer, known or new. Its events are no script's business: it is there before anything is."""
        if known := self._state.payers.get(account):
            return self._state.customers.get(known)
        instrument = ready_made(method) if method else None
        customer = self._state.customers.put(new_customer(moment()))
        customer["metadata"] = {"account": account}
        self._state.payers[account] = customer["id"]
        act = self._state.act(customer["created"])
        act.tell("customer.created", customer)
        if instrument is not None:
            self._make_default(customer, instrument, act)
        self._state.events.publish(act)
        return customer

    async def _method(self, request: Request) -> Response:
        wanted = MethodRequest.model_validate_json(await request.body())
        customer = self._payer(wanted.account)
        act = self._state.act(moment(wanted.at), customer)
        name = self._make_default(customer, ready_made(wanted.method) if wanted.method else None, act)
        if wanted.expires:
            year, month = wanted.expires.split("-")
            self._state.methods.get(name)["card"].update(exp_year=int(year), exp_month=int(month))
        self._state.events.publish(act)
        return say(Named(id=name))

    def _make_default(self, customer: Json, instrument: Instrument | None, act: Act) -> str:
        """A new default method, or none. Whether its bank would have refused it, nobody asks: it may go bad later."""
        settings = customer["invoice_settings"]
        before = settings["default_payment_method"]
        method = self._on_file.new(instrument, act.at) if instrument else None
        if method is not None:
            self._on_file.put_on_file(method, customer, act)
        elif before:
            self._on_file.detach_from(self._state.methods.get(before), act)
        settings["default_payment_method"] = method["id"] if method else None
        act.tell("customer.updated", customer, {"invoice_settings": {"default_payment_method": before}})
        return method["id"] if method else ""

    async def _refund(self, request: Request) -> Response:
        wanted = RefundRequest.model_validate_json(await request.body())
        charge, intent = self._state.paid(wanted.payment)
        try:
            amount = self._refunds.checked(charge, wanted.amount)
        except StripeError as error:
            return refuse(409, "refused", str(error))
        act = self._state.act(self._state.now(intent, wanted.at), intent)
        refund = self._refunds.give(charge, amount, act, "requested_by_customer", {})
        self._state.events.publish(act)
        return say(Named(id=refund["id"]))

    async def _pay_session(self, request: Request) -> Response:
        wanted = PageRequest.model_validate_json(await request.body())
        try:
            session = self._sessions.get(wanted.session)
            return say(Named(id=self._sessions.pay(session, ready_made(wanted.card), wanted.at)))
        except StripeError as error:
            return refuse(error.status, "refused", str(error))

    async def _pay_directly(self, request: Request) -> Response:
        wanted = DirectRequest.model_validate_json(await request.body())
        told = {"invoice": wanted.invoice, "account": wanted.account} if wanted.invoice else {}
        intent = new_payment_intent(moment(wanted.at), wanted.amount, wanted.currency.lower())
        intent.update(customer=self._payer(wanted.account)["id"] if wanted.account else None, metadata=told)
        self._state.intents.put(intent)
        act = self._state.act(self._state.now(intent, wanted.at), intent)
        act.tell("payment_intent.created", intent)
        attempt = Attempt(intent, self._on_file.new(ready_made(wanted.method), act.at), authenticated=True)
        self._bank.open(attempt, act.at)
        failed = self._bank.attempt(attempt, act)
        self._state.events.publish(act)
        return refuse(402, "refused", str(failed)) if failed else say(Named(id=intent["id"]))


def ready_made(name: str) -> Instrument:
    """The test card or account of that name. Raises ValueError."""
    if name not in BY_NAME:
        raise ValueError(f"no ready-made payment method {name!r}; see sandbox/payments/instruments/instruments.py")
    return BY_NAME[name]
