"""What a payment message may hold, key by key. `portal.inbox.processor_api` tells it in words."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from dunning.case.facts import MethodChanged, Payment, Restored, Reversal
from dunning.currencies import known_currency
from dunning.money import MOST, CurrencyCode, Money
from dunning.policy.invoice_number import InvoiceNumber
from dunning.records.inbox import News
from dunning.rules.updates import YEARS


def _of_our_time(at: datetime) -> datetime:
    if not YEARS[0] <= at.year <= YEARS[1]:
        raise ValueError(f"nothing happened in the year {at.year}")
    return at


def _no_number(at: object) -> object:
    """A number, and digits alone, would be read as seconds since 1970."""
    if isinstance(at, datetime) or (isinstance(at, str) and "-" in at[1:]):
        return at
    raise ValueError("must be an instant with its offset, like 2026-12-01T09:00:00Z")


_Time = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_no_number), AfterValidator(_of_our_time)]
_Id = Annotated[str, Field(min_length=1, max_length=200)]


class _Data(BaseModel, ABC):
    """A programmer writes it: an unknown key, or a number for a text, is a mistake that has to be told."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    invoice: InvoiceNumber | None = None
    account: _Id | None = None
    payer: _Id | None = None
    at: _Time | None = None

    @model_validator(mode="after")
    def _concerns_somebody(self) -> "_Data":
        if not (self.invoice or self.account or self.payer):
            raise ValueError("whose is it? Write invoice, account or payer")
        return self

    @abstractmethod
    def fact(self, at: datetime) -> News:
        """As news; `at` is when it happened."""

    def whose(self) -> News:
        """In whose matter it is."""
        return News(invoice=self.invoice or "", account=self.account or "", payer=self.payer or "")


class _WithAmount(_Data):
    id: _Id
    currency: Annotated[CurrencyCode, AfterValidator(known_currency)]
    amount: Annotated[str, Field(pattern=r"^[0-9]{1,18}(\.[0-9]{1,4})?$")] | None = None
    amount_minor: Annotated[int, Field(gt=0, le=MOST)] | None = None

    @field_validator("amount")
    @classmethod
    def _is_money(cls, amount: str | None, info: ValidationInfo) -> str | None:
        currency = info.data.get("currency")
        if amount and currency and Money.parse(amount, currency).minor <= 0:
            raise ValueError(f"{amount} is no amount of a payment")
        return amount

    @model_validator(mode="after")
    def _has_one_amount(self) -> "_WithAmount":
        if (self.amount is None) == (self.amount_minor is None):
            raise ValueError('how much is it? Write amount, text such as "19.99", or amount_minor, and not both')
        return self

    @property
    def money(self) -> Money:
        """The amount, whichever way it was written."""
        if self.amount is None:
            return Money(minor=self.amount_minor or 0, currency=self.currency)
        return Money.parse(self.amount, self.currency)


class _Received(_WithAmount):
    method: str = Field(default="", max_length=200)

    def fact(self, at: datetime) -> News:
        payment = Payment(id=self.id, amount=self.money, at=at, method=self.method)
        return self.whose().model_copy(update={"fact": payment})


class _Reversed(_WithAmount):
    payment: _Id
    reason: str = Field(default="", max_length=500)
    chargeback: bool = False

    def fact(self, at: datetime) -> News:
        reversal = Reversal(
            id=self.id, payment=self.payment, amount=self.money, at=at, reason=self.reason, chargeback=self.chargeback
        )
        return self.whose().model_copy(update={"fact": reversal})


class _Restored(_WithAmount):
    reversal: _Id

    def fact(self, at: datetime) -> News:
        restored = Restored(id=self.id, reversal=self.reversal, amount=self.money, at=at)
        return self.whose().model_copy(update={"fact": restored})


class _MethodChanged(_Data):
    note: str = Field(default="", max_length=500)

    def fact(self, at: datetime) -> News:
        return self.whose().model_copy(update={"fact": MethodChanged(at=at, note=self.note)})


_D = TypeVar("_D", bound=_Data)


class Head(BaseModel):
    """What every message has. Keys that the convention may add one day are none of our business."""

    model_config = ConfigDict(strict=True, frozen=True)

    type: str


class _Message(Head, Generic[_D]):
    timestamp: _Time
    data: _D


MESSAGES: dict[str, type[_Message[_Data]]] = {
    "payment.received": _Message[_Received],
    "payment.reversed": _Message[_Reversed],
    "payment.restored": _Message[_Restored],
    "method.changed": _Message[_MethodChanged],
}  # pyright: ignore[reportAssignmentType]
"""By type; any other type is none of ours."""
