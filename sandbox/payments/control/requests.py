"""What the control interface is asked: the bodies of its calls. Amounts are in minor units, `at` lies in any zone.

A `payment` is a PaymentIntent's id, or the key of an attempt.
"""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field


class SettleRequest(BaseModel):
    """What becomes of a debit in transit: `succeeded`, or the code under which it came back.

    `key` is the attempt's, or the PaymentIntent's id.
    """

    key: str
    outcome: str = "succeeded"
    at: AwareDatetime | None = None


class CustomerRequest(BaseModel):
    """An account's customer, with that ready-made payment method on file; empty for none."""

    account: str
    method: str = "pm_card_visa"


class MethodRequest(BaseModel):
    """Another default payment method for an account's customer; empty takes the old one from the file.

    `expires` is a card's month, such as `2027-03`.
    """

    account: str
    method: str
    expires: str = Field(default="", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")
    at: AwareDatetime | None = None


class RefundRequest(BaseModel):
    """A person gives money back at the dashboard; all that is left when `amount` is None."""

    payment: str
    amount: int | None = Field(default=None, gt=0)
    at: AwareDatetime | None = None


class FailRequest(BaseModel):
    """A refund fails: the payer's bank sends it back."""

    refund: str
    at: AwareDatetime | None = None


class DisputeRequest(BaseModel):
    """The payer's bank takes money back; all of it when `amount` is None."""

    payment: str
    amount: int | None = Field(default=None, gt=0)
    reason: str = "fraudulent"
    at: AwareDatetime | None = None


class CloseRequest(BaseModel):
    """A dispute is decided."""

    dispute: str
    status: Literal["won", "lost"]
    at: AwareDatetime | None = None


class PageRequest(BaseModel):
    """A person completes the page of a Checkout Session with that ready-made payment method."""

    session: str
    card: str = "pm_card_visa"
    at: AwareDatetime | None = None


class DirectRequest(BaseModel):
    """A person pays elsewhere, e.g. by a payment link; without an invoice, the payment carries no metadata."""

    account: str
    amount: int = Field(gt=0)
    currency: str
    invoice: str = ""
    method: str = "pm_card_visa"
    at: AwareDatetime | None = None


class DropRequest(BaseModel):
    """The share of answers to confirmed PaymentIntents that is lost, and the seed of that chance."""

    share: float = Field(ge=0, le=1)
    seed: int = 0


class SubscribeRequest(BaseModel):
    """A subscription of an account's customer, or what became of it. `id` begins with `sub_`.

    It takes `amount` times `quantity` at `ends`, the end of its period. `anchor` is when its first period began.
    """

    account: str
    id: str = Field(pattern=r"^sub_\w+$")
    amount: int = Field(gt=0)
    currency: str = "usd"
    quantity: int = 1
    anchor: AwareDatetime
    ends: AwareDatetime
    fields: dict[str, Any] = Field(default_factory=dict[str, Any])
    """What else it has, as Stripe writes it: `{"cancel_at_period_end": true}`."""


class CycleRequest(BaseModel):
    """The period of a subscription ends: it is billed, and its money is taken from its customer's default method.

    `ends` is the end of the next one. `retry`: when a payment that fails is tried again; None: never. An invoice that
    is open is tried again instead, and no period ends. `waits`: nothing is taken yet, the invoice is a draft.
    """

    subscription: str
    at: AwareDatetime
    ends: AwareDatetime | None = None
    retry: AwareDatetime | None = None
    waits: bool = False


class Named(BaseModel):
    """The id of what was made or meant."""

    id: str
