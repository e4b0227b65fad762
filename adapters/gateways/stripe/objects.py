"""What we read of Stripe's objects, whether they come as an answer or in an event. All else is ignored.

Amounts are in Stripe's units (see stripe_money), instants in UTC. A field that may be expanded is read as its id.
"""

from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field

from adapters.gateways.stripe.instruments import Instrument, PaymentMethod, StripeModel, Text
from adapters.gateways.stripe.money import from_units
from dunning.money import Money
from dunning.wire import Instant


def _id(value: object) -> object:
    return cast("dict[str, object]", value).get("id") if isinstance(value, dict) else value or ""


def expanded(value: object) -> object:
    """The object; None where only its id is there."""
    return None if isinstance(value, str) else value


Id = Annotated[str, BeforeValidator(_id)]
"""An id, or the id of the expanded object; empty for null."""

Metadata = Annotated[dict[str, str], BeforeValidator(lambda value: value or {})]

PAYMENT = "pi_"
"""How the id of a PaymentIntent begins."""

ATTEMPT = "attempt"
"""The metadata key under which our own payments carry their order's key."""


class _Settings(StripeModel):
    default_payment_method: PaymentMethod | str | None = None


class Customer(StripeModel):
    """A customer; of a deleted one nothing but the id is left."""

    id: str
    deleted: bool = False
    metadata: Metadata = Field(default_factory=dict)
    invoice_settings: _Settings | None = None

    @property
    def default(self) -> PaymentMethod | str | None:
        """The payment method that invoices are charged to; its id alone where it is not expanded."""
        return self.invoice_settings.default_payment_method if self.invoice_settings else None


class Charge(StripeModel):
    """One movement of money."""

    id: str
    created: Instant
    payment_method_details: Instrument | None = None


class Failure(StripeModel):
    """Why something failed: `last_payment_error`, or the `error` of an answer. Card errors' messages may be shown."""

    type: Text = ""
    code: Text = ""
    decline_code: Text = ""
    advice_code: Text = ""
    param: Text = ""
    message: Text = ""
    payment_method: Annotated[Instrument | None, BeforeValidator(expanded)] = None
    payment_intent: Annotated["Intent | None", BeforeValidator(expanded)] = None


class Intent(StripeModel):
    """A PaymentIntent: one payment, however often it was tried. Its charge is there when it was expanded."""

    id: str
    status: str
    amount: int
    amount_received: int | None = None
    currency: str
    created: Instant
    customer: Id = ""
    payment_method: Id = ""
    metadata: Metadata = Field(default_factory=dict)
    setup_future_usage: Text = ""
    cancellation_reason: Text = ""
    latest_charge: Annotated[Charge | None, BeforeValidator(expanded)] = None
    last_payment_error: Failure | None = None

    @property
    def is_attempt(self) -> bool:
        """Whether we charged it; if not, the customer paid."""
        return ATTEMPT in self.metadata

    @property
    def received(self) -> Money:
        """The money that arrived, once it succeeded."""
        count = self.amount if self.amount_received is None else self.amount_received
        return from_units(count, self.currency)

    @property
    def instrument(self) -> Instrument | None:
        """What it was charged to."""
        return self.latest_charge.payment_method_details if self.latest_charge else None

    @property
    def label(self) -> str:
        """What it was charged to, in words; empty when it is not known."""
        return self.instrument.label if self.instrument else ""

    @property
    def is_debit(self) -> bool:
        """Whether money came from a bank account, or was to come from one."""
        failed = self.last_payment_error.payment_method if self.last_payment_error else None
        instrument = self.instrument or failed
        return instrument is not None and instrument.is_debit


class Refund(StripeModel):
    """A refund."""

    id: str
    amount: int
    currency: str
    status: Text = ""
    failure_reason: Text = ""
    payment_intent: Id = ""
    metadata: Metadata = Field(default_factory=dict)

    @property
    def money(self) -> Money:
        """How much."""
        return from_units(self.amount, self.currency)

    @property
    def failed(self) -> bool:
        """Whether it did not reach the customer; the money is ours again."""
        return self.status in {"failed", "canceled"}


class Dispute(StripeModel):
    """A chargeback, or an inquiry that may become one."""

    id: str
    amount: int
    currency: str
    status: str
    reason: Text = ""
    payment_intent: Id = ""

    @property
    def money(self) -> Money:
        """How much of the payment is disputed."""
        return from_units(self.amount, self.currency)

    @property
    def took_money(self) -> bool:
        """An inquiry (`warning_...`) takes none, and what was `prevented` was refunded instead."""
        return not self.status.startswith("warning") and self.status != "prevented"


class Setup(StripeModel):
    """A SetupIntent: a payment method being put on file."""

    id: str
    customer: Id = ""
    payment_method: Id = ""
    usage: Text = ""
    metadata: Metadata = Field(default_factory=dict)


class Session(StripeModel):
    """A Checkout Session: one visit to Stripe's own page."""

    id: str
    status: Text = ""
    url: Text = ""
    customer: Id = ""
    payment_intent: Id = ""
    setup_intent: Id = ""
    metadata: Metadata = Field(default_factory=dict)


class Previous(StripeModel):
    """What had been different of a customer, before it was changed."""

    invoice_settings: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = Field(
        default_factory=dict
    )


class EventData(StripeModel):
    """What an event is about, as it was then."""

    object: dict[str, Any]
    previous_attributes: Annotated[Previous, BeforeValidator(lambda value: value or {})] = Field(
        default_factory=Previous
    )


class Event(StripeModel):
    """Something happened at Stripe."""

    id: str = Field(min_length=1)
    object: Literal["event"]
    type: str = Field(min_length=1)
    created: Instant
    livemode: bool
    data: EventData
