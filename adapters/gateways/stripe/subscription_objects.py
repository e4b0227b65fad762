"""Stripe's own subscriptions and their invoices as we read them (docs.stripe.com/api/subscriptions, /invoices).

Answers come in the version of the API that the SDK asks for. Events come in that of the webhook, which may be older: of
them only ids are read, wherever they stand.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from adapters.gateways.stripe.instruments import StripeModel, Text
from adapters.gateways.stripe.money import from_units
from adapters.gateways.stripe.objects import Id, expanded
from dunning.money import Money
from dunning.records.processor_subscriptions import Sale, SubscriptionStatus, Terms
from dunning.wire import Instant

IN_TRANSIT = timedelta(days=7)
"""A bank debit takes so long at the most; until then it is neither here nor failed."""
_STATUS: dict[str, SubscriptionStatus] = {
    "trialing": "active",
    "active": "active",
    "past_due": "active",
    "unpaid": "suspended",
    "paused": "suspended",
    "incomplete": "approval_pending",
    "incomplete_expired": "expired",
    "canceled": "cancelled",
}
_FAILED = frozenset({"past_due", "unpaid"})

_Some = Annotated[tuple[object, ...], BeforeValidator(lambda value: value or ())]


class _Details(StripeModel):
    subscription: Id = ""


class _Parent(StripeModel):
    subscription_details: _Details | None = None


class _OfSubscription(StripeModel):
    parent: _Parent | None = None
    subscription: Id = ""

    @property
    def subscription_id(self) -> str:
        """Whose it is; empty: no subscription's."""
        details = self.parent and self.parent.subscription_details
        return details.subscription if details else self.subscription


class Subject(_OfSubscription):
    """What a hint is about: a subscription, or an invoice of one."""

    id: Text = ""
    object: Text = ""
    customer: Id = ""

    @property
    def subscription_id(self) -> str:
        """Whom to look at; empty: nobody."""
        return self.id if self.object == "subscription" else super().subscription_id


class _Times(StripeModel):
    finalized_at: Instant | None = None
    paid_at: Instant | None = None


class _By(StripeModel):
    payment_intent: Id = ""
    charge: Id = ""


class _Payment(StripeModel):
    """A payment towards an invoice. What was paid elsewhere and only noted at Stripe has no PaymentIntent."""

    status: str
    amount_paid: int | None = None
    currency: str
    created: Instant
    payment: _By = _By()
    status_transitions: _Times = _Times()


class _Payments(StripeModel):
    data: tuple[_Payment, ...] = ()


class Invoice(_OfSubscription):
    """An invoice; its payments are there when they were expanded."""

    id: str
    status: Text = ""
    currency: str
    total: int = 0
    attempt_count: int = 0
    next_payment_attempt: Instant | None = None
    status_transitions: _Times = _Times()
    payments: _Payments = _Payments()

    @property
    def untried(self) -> bool:
        """Whether Stripe has still to take its money."""
        return self.status in ("draft", "open") and self.attempt_count == 0 and self.next_payment_attempt is not None


class InvoicePayment(_Payment):
    """`GET /v1/invoice_payments`, with the invoice that was paid."""

    invoice: Invoice


class _Price(StripeModel):
    unit_amount: int | None = None


class _Item(StripeModel):
    price: _Price
    quantity: int | None = None
    current_period_end: Instant
    discounts: _Some = ()
    tax_rates: _Some = ()

    @property
    def amount(self) -> int | None:
        """In Stripe's units; None for what is measured, or has a price of several steps, discounts or taxes."""
        unit, plain = self.price.unit_amount, not self.discounts and not self.tax_rates
        return unit * (1 if self.quantity is None else self.quantity) if unit is not None and plain else None


class _Items(StripeModel):
    data: tuple[_Item, ...] = ()


class _Tax(StripeModel):
    enabled: bool = False


class _Pause(StripeModel):
    behavior: Text = ""


class Subscription(StripeModel):
    """`GET /v1/subscriptions/{id}`, with its last invoice."""

    id: str
    status: str
    currency: str
    billing_cycle_anchor: Instant
    collection_method: str = "charge_automatically"
    cancel_at_period_end: bool = False
    cancel_at: Instant | None = None
    pause_collection: _Pause | None = None
    items: _Items = Field(default_factory=_Items)
    latest_invoice: Annotated[Invoice | None, BeforeValidator(expanded)] = None
    discounts: _Some = ()
    default_tax_rates: _Some = ()
    automatic_tax: _Tax = _Tax()

    @property
    def terms(self) -> Terms:
        """In our words."""
        last, failed = self.latest_invoice, self.status in _FAILED
        tried = last if failed and last and last.status == "open" else None
        return Terms(
            status=self._status(),
            amount=self._amount(),
            begins=self.billing_cycle_anchor,
            next_charge=self._next_charge(),
            retry_at=tried.next_payment_attempt if tried else None,
            failed=max(1, tried.attempt_count if tried else 1) if failed else 0,
        )

    def _status(self) -> SubscriptionStatus:
        found = _STATUS.get(self.status, "suspended")
        return "suspended" if found == "active" and self.pause_collection else found

    def _next_charge(self) -> Instant | None:
        """The end of the period, an hour after which it takes money; before that what it is about to take, or takes."""
        last = self.latest_invoice
        if self.collection_method != "charge_automatically":
            return None
        if last and last.untried:
            return last.next_payment_attempt
        begun = last.status_transitions.finalized_at if last and last.status == "open" else None
        if begun and self.status == "active":
            return begun + IN_TRANSIT
        end = self._period_end()
        over = self.cancel_at_period_end or (self.cancel_at and end and self.cancel_at <= end)
        return None if over else end

    def _period_end(self) -> Instant | None:
        return min((each.current_period_end for each in self.items.data), default=None)

    def _amount(self) -> Money | None:
        """What its items cost that are billed next; where more decides about that, what was billed last."""
        end, more = self._period_end(), self.discounts or self.default_tax_rates or self.automatic_tax.enabled
        costs = [each.amount for each in self.items.data if each.current_period_end == end]
        plain = [each for each in costs if each is not None]
        if plain and len(plain) == len(costs) and not more:
            return from_units(sum(plain), self.currency)
        last = self.latest_invoice
        return from_units(last.total, last.currency) if last and last.total > 0 else None


def sales(subscription: str, payments: Iterable[_Payment]) -> list[Sale]:
    """What was paid to Stripe of its invoices, one for each payment, the oldest first."""
    found = dict[str, Sale]()
    for each in payments:
        name, at = each.payment.payment_intent or each.payment.charge, each.status_transitions.paid_at or each.created
        if not name or each.status != "paid" or not each.amount_paid:
            continue
        money = from_units(each.amount_paid, each.currency)
        before = found.get(name)
        money = money.model_copy(update={"minor": money.minor + before.amount.minor}) if before else money
        found[name] = Sale(id=name, subscription=subscription, status="completed", amount=money, at=at)
    return sorted(found.values(), key=lambda sale: (sale.at, sale.id))
