"""What the stand-in for PayPal knows: subscriptions, what they took, and what was asked of it."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

Status = Literal["APPROVAL_PENDING", "APPROVED", "ACTIVE", "SUSPENDED", "CANCELLED", "EXPIRED"]


class Subscription(BaseModel):
    """One subscription. `failed_at` is when the last payment failed, `failed` so many in a row."""

    id: str
    value: str = "19.99"
    currency: str = "USD"
    status: Status = "ACTIVE"
    start: AwareDatetime
    next_charge: AwareDatetime | None = None
    failed: int = 0
    failed_at: AwareDatetime | None = None
    retry_at: AwareDatetime | None = None
    reason: str = ""


class Sale(BaseModel):
    """One payment. Another `status` for a known id is what became of it. `hint`: a webhook tells of it."""

    id: str
    subscription: str
    value: str = "19.99"
    currency: str = "USD"
    at: AwareDatetime
    status: Literal["COMPLETED", "PENDING", "DECLINED", "REFUNDED", "PARTIALLY_REFUNDED"] = "COMPLETED"
    hint: bool = True
    lies: str = ""
    """An amount that the webhook says instead; the signature holds all the same."""


class Hook(BaseModel):
    """A webhook that was sent: its event's id, and how each try was answered (0: nobody answered)."""

    event: str
    answers: list[int] = Field(default_factory=list[int])


class PayPalBooks(BaseModel):
    """All of it."""

    subscriptions: dict[str, Subscription] = Field(default_factory=dict[str, Subscription])
    sales: dict[str, Sale] = Field(default_factory=dict[str, Sale])
    hooks: list[Hook] = Field(default_factory=list[Hook])
    asked: list[str] = Field(default_factory=list[str])
    """Method and path of each call, in their order."""
    tokens: int = 0

    def of(self, subscription: str, since: datetime, until: datetime | None) -> list[Sale]:
        """What it took in that time, the newest first, as PayPal lists it."""
        its = [each for each in self.sales.values() if each.subscription == subscription and each.at >= since]
        found = [each for each in its if until is None or each.at <= until]
        return sorted(found, key=lambda sale: sale.at, reverse=True)
