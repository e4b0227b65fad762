"""What comes on file is charged from now on: the customer's default payment method is kept the newest."""

from datetime import datetime

from stripe import StripeClient

from adapters.gateways.stripe.calls import StripeRefusedError, fetch
from adapters.gateways.stripe.customers import StripeCustomers, default
from adapters.gateways.stripe.events import subject
from adapters.gateways.stripe.instruments import PaymentMethod
from adapters.gateways.stripe.objects import Event, Intent, Setup

_OFF_SESSION = "off_session"


class StripeDefaults:
    """Acts on events; Stripe tells of every change by `customer.updated`."""

    def __init__(self, client: StripeClient) -> None:
        self._customers = StripeCustomers(client)
        self._methods = client.v1.payment_methods

    async def keep(self, event: Event) -> None:
        """A SetupIntent put a method on file, or a payment that was to keep its method succeeded (a debit: settled).

        A method that came in another way, attached by somebody's own program, is theirs to make the default.
        """
        match event.type:
            case "setup_intent.succeeded":
                setup = subject(Setup, event)
                if setup.usage == _OFF_SESSION:
                    await self._keep(setup, event.created)
            case "payment_intent.succeeded":
                intent = subject(Intent, event)
                if intent.setup_future_usage == _OFF_SESSION and not intent.is_attempt:
                    await self._keep(intent, event.created)
            case _:
                pass

    async def _keep(self, kept: Setup | Intent, at: datetime) -> None:
        """Unless a newer one is the default already: events come late and out of order.

        Customers who are not ours are left alone: the Stripe account may serve another business, too.
        """
        customer = await self._customers.customer(kept.customer) if kept.customer and kept.payment_method else None
        if customer is None or not (kept.metadata.get("account") or customer.metadata.get("account")):
            return
        before = default(customer)
        if before and before.id == kept.payment_method:
            return
        try:
            if before is None or before.created <= (await self._created(kept.payment_method)):
                await self._customers.make_default(customer.id, kept.payment_method, at)
        except StripeRefusedError as refused:
            if not refused.is_missing:  # it is gone again meanwhile
                raise

    async def _created(self, method: str) -> datetime:
        return (await fetch(PaymentMethod, self._methods.retrieve_async(method))).created
