"""Customers at Stripe, and which of their payment methods is charged."""

from datetime import datetime

from stripe import StripeClient

from adapters.gateways.stripe.calls import StripeRefusedError, fetch, fetch_all
from adapters.gateways.stripe.instruments import CHARGEABLE, PaymentMethod
from adapters.gateways.stripe.keys import idempotency_key
from adapters.gateways.stripe.objects import Customer
from dunning.case.facts import CardOnFile
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key, step
from dunning.records.accounts import Account
from dunning.records.payments import Method


class StripeCustomers:
    """Reads customers, makes them, and says which payment method is theirs."""

    def __init__(self, client: StripeClient) -> None:
        self._customers = client.v1.customers
        self._methods = client.v1.payment_methods

    async def method(self, payer: str) -> Method | None:
        """What may be charged off-session; None when there is nothing of a kind that we charge.

        A customer who was deleted has nothing. Raises StripeRefusedError for one that Stripe does not know: the id is
        mistyped, or the key is of another account or mode, and no customer can help that.
        """
        customer = await self._read(payer)
        if customer.deleted:
            return None
        usual = default(customer)
        found = usual if usual and usual.type in CHARGEABLE else await self._newest(payer)
        return found and Method(
            id=found.id,
            payer=payer,
            kind="debit" if found.is_debit else "card",
            network=found.network,
            label=found.label,
            card=found.on_file,
        )

    async def card(self, payer: str) -> CardOnFile:
        """When what would be charged ends. A look only: whoever charges reads it all at once (`method`)."""
        customer = await fetch(Customer, self._customers.retrieve_async(payer, {"expand": ["default_source"]}))
        if customer.deleted:
            return CardOnFile()
        usual = customer.default if isinstance(customer.default, str) else ""
        found = await fetch(PaymentMethod, self._methods.retrieve_async(usual)) if usual else None
        found = found if found and found.type in CHARGEABLE else await self._newest(payer)
        return found.on_file if found else CardOnFile()

    async def customer(self, payer: str) -> Customer | None:
        """The customer, with the default payment method in full; None for one that was deleted or never was."""
        try:
            customer = await self._read(payer)
        except StripeRefusedError as refused:
            if refused.is_missing:
                return None
            raise
        return None if customer.deleted else customer

    async def _read(self, payer: str) -> Customer:
        expand = ["invoice_settings.default_payment_method"]
        return await fetch(Customer, self._customers.retrieve_async(payer, {"expand": expand}))

    async def made(self, account: Account) -> str:
        """The id of a new customer for the account; the same one when asked twice in a row."""
        known_by = idempotency_key(key("", step(StepKind.NEW_CUSTOMER, account.id, account.payer)))
        made = self._customers.create_async({"metadata": {"account": account.id}}, {"idempotency_key": known_by})
        return (await fetch(Customer, made)).id

    async def make_default(self, payer: str, method: str, at: datetime) -> None:
        """Charge that method from now on. `at` says when it was put on file."""
        update = self._customers.update_async(
            payer, {"invoice_settings": {"default_payment_method": method}, "metadata": {"at": at.isoformat()}}
        )
        await fetch(Customer, update)

    async def _newest(self, payer: str) -> PaymentMethod | None:
        """Stripe lists the newest first."""
        listed = self._customers.payment_methods.list_async(payer, {"limit": 100})
        async for method in fetch_all(PaymentMethod, listed):
            if method.type in CHARGEABLE:
                return method
        return None


def default(customer: Customer) -> PaymentMethod | None:
    """The customer's default payment method, when it was read in full."""
    return customer.default if isinstance(customer.default, PaymentMethod) else None
