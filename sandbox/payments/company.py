"""The gateway: Stripe's API at a loopback address, and a control interface."""

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.control.routes import company
from sandbox.payments.api.endpoint import Endpoints, Work
from sandbox.payments.bank.bank import Bank
from sandbox.payments.bank.confirm import Confirmation
from sandbox.payments.bank.on_file import MethodsOnFile
from sandbox.payments.checkout_page import CheckoutPage
from sandbox.payments.control.banks import Banks
from sandbox.payments.control.dashboard import Dashboard
from sandbox.payments.control.subscriptions import Billing
from sandbox.payments.objects.customers import Customers
from sandbox.payments.objects.disputes import Disputes
from sandbox.payments.objects.expand import Expander
from sandbox.payments.objects.intents import Intents
from sandbox.payments.objects.invoices import Invoices
from sandbox.payments.objects.methods import Methods
from sandbox.payments.objects.refunds import Refunds
from sandbox.payments.objects.sessions import Sessions
from sandbox.payments.objects.setups import Setups
from sandbox.payments.objects.subscriptions import Subscriptions
from sandbox.payments.state import State
from sandbox.payments.webhooks.send import Subscription


class StripeStandIn:
    """State and rules; `app` is its web site."""

    def __init__(self) -> None:
        self._state = state = State()
        self.scripts = state.scripts
        self.books = state.ledger.books
        self._on_file = MethodsOnFile(state)
        self._bank = Bank(state, self._on_file)
        self._setups = Setups(state, self._on_file)
        self._sessions = Sessions(state, self._on_file, self._bank, self._setups)
        self._refunds = Refunds(state)
        self._disputes = Disputes(state)
        self._invoices = Invoices(state, self._bank)
        self._subscriptions = Subscriptions(state)

    def app(self) -> Starlette:
        """The web site: the API and the control interface."""
        banks = Banks(self._state, self._bank, self._sessions, self._refunds, self._disputes)
        dashboard = Dashboard(self._state, self._on_file, self._bank, self._sessions, self._refunds)
        page = CheckoutPage(self._sessions)
        billing = Billing(self._state, self._invoices)
        routes = [*self._api(), *page.routes(), *banks.routes(), *dashboard.routes(), *billing.routes()]
        return company(self.scripts, self.books, routes)

    def subscribe(self, to: Subscription) -> None:
        """Events go there from now on."""
        self._state.hooks.subscribe(to)

    async def close(self) -> None:
        """Release what is held, which would keep the server up, and drop the events that are on their way."""
        self.scripts.forget()
        await self._state.hooks.close()

    def _api(self) -> list[Route]:
        endpoints = Endpoints(self._state.keys, self._state.ledger.asked, Expander(self._state).expanded)
        works = [*self._payers(), *self._payments(), *self._pages(), *self._billed(), *self._records()]
        return [*(endpoints.route(method, path, work) for method, path, work in works), endpoints.nowhere()]

    def _payers(self) -> list[tuple[str, str, Work]]:
        customers, methods = Customers(self._state, self._on_file), Methods(self._state, self._on_file)
        return [
            ("POST", "/customers", customers.create),
            ("GET", "/customers/{id}", customers.retrieve),
            ("POST", "/customers/{id}", customers.update),
            ("DELETE", "/customers/{id}", customers.delete),
            ("GET", "/customers/{id}/payment_methods", customers.methods),
            ("GET", "/payment_methods/{id}", methods.retrieve),
            ("POST", "/payment_methods/{id}/attach", methods.attach),
            ("POST", "/payment_methods/{id}/detach", methods.detach),
        ]

    def _payments(self) -> list[tuple[str, str, Work]]:
        intents = Intents(self._state, self._on_file, Confirmation(self._state, self._bank))
        return [
            ("POST", "/payment_intents", intents.create),
            ("GET", "/payment_intents", intents.list),
            ("GET", "/payment_intents/{id}", intents.retrieve),
            ("POST", "/payment_intents/{id}/confirm", intents.confirm),
            ("POST", "/payment_intents/{id}/cancel", intents.cancel),
        ]

    def _pages(self) -> list[tuple[str, str, Work]]:
        setups, sessions = self._setups, self._sessions
        return [
            ("POST", "/setup_intents", setups.create),
            ("GET", "/setup_intents/{id}", setups.retrieve),
            ("POST", "/checkout/sessions", sessions.create),
            ("GET", "/checkout/sessions/{id}", sessions.retrieve),
        ]

    def _billed(self) -> list[tuple[str, str, Work]]:
        return [
            ("GET", "/subscriptions/{id}", self._subscriptions.retrieve),
            ("POST", "/subscriptions/{id}", self._subscriptions.update),
            ("DELETE", "/subscriptions/{id}", self._subscriptions.cancel),
            ("GET", "/invoices", self._invoices.list),
            ("POST", "/invoices/{id}", self._invoices.update),
            ("POST", "/invoices/{id}/void", self._invoices.void),
            ("GET", "/invoice_payments", self._invoices.payments),
        ]

    def _records(self) -> list[tuple[str, str, Work]]:
        return [
            ("POST", "/refunds", self._refunds.create),
            ("GET", "/refunds", self._refunds.list),
            ("GET", "/events", self._state.events.list),
        ]
