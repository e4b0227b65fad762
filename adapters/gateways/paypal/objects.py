"""PayPal's objects as we read them (developer.paypal.com/docs/api/subscriptions/v1, .../payments/v1)."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from adapters.gateways.paypal.http import PayPalModel
from dunning.money import Money
from dunning.records.processor_subscriptions import Sale, SaleStatus, SubscriptionStatus, Terms
from dunning.wire import Instant

RETRY_AFTER = timedelta(days=5)
"""PayPal tries a failed payment again so long after it."""
RETRIES = 2
"""It does so this often within a cycle; then it adds the amount to the next bill."""
_STATUS: dict[str, SaleStatus] = {
    "COMPLETED": "completed",
    "PARTIALLY_REFUNDED": "completed",  # how much was given back is not told here: a person enters that
    "PENDING": "pending",
    "UNCLAIMED": "pending",
    "DECLINED": "declined",
    "DENIED": "declined",
    "REFUNDED": "refunded",
    "REVERSED": "refunded",
}


class Amount(PayPalModel):
    """As the newer API writes it."""

    currency_code: str
    value: str

    @property
    def money(self) -> Money:
        """In minor units. Raises ValueError."""
        return _money(self.value, self.currency_code)


class _Price(PayPalModel):
    fixed_price: Amount | None = None


class _Cycle(PayPalModel):
    tenure_type: str = ""
    pricing_scheme: _Price = _Price()


class _Plan(PayPalModel):
    billing_cycles: tuple[_Cycle, ...] = ()


class _Last(PayPalModel):
    amount: Amount | None = None
    time: Instant | None = None
    next_payment_retry_time: Instant | None = None


class _Billing(PayPalModel):
    last_payment: _Last = _Last()
    last_failed_payment: _Last = _Last()
    next_billing_time: Instant | None = None
    failed_payments_count: int = 0


class Subscription(PayPalModel):
    """`GET /v1/billing/subscriptions/{id}?fields=plan,last_failed_payment`."""

    id: str
    status: Literal["APPROVAL_PENDING", "APPROVED", "ACTIVE", "SUSPENDED", "CANCELLED", "EXPIRED"]
    start_time: Instant | None = None
    quantity: str = "1"
    billing_info: _Billing = _Billing()
    plan: _Plan = _Plan()

    @property
    def terms(self) -> Terms:
        """In our words."""
        its, failed = self.billing_info, self.billing_info.last_failed_payment
        retry = failed.next_payment_retry_time or (failed.time + RETRY_AFTER if failed.time else None)
        status: dict[str, SubscriptionStatus] = {
            "APPROVAL_PENDING": "approval_pending",
            "APPROVED": "approved",
            "ACTIVE": "active",
            "SUSPENDED": "suspended",
            "CANCELLED": "cancelled",
            "EXPIRED": "expired",
        }
        return Terms(
            status=status[self.status],
            amount=self._amount(),
            begins=self.start_time,
            next_charge=its.next_billing_time,
            retry_at=retry if 0 < its.failed_payments_count <= RETRIES else None,
            failed=its.failed_payments_count,
        )

    def _amount(self) -> Money | None:
        """What it takes each time: of its plan's last regular price, or else what it took last."""
        prices = [each.pricing_scheme.fixed_price for each in self.plan.billing_cycles if each.tenure_type == "REGULAR"]
        price = next((each for each in reversed(prices) if each), None)
        found, times = (price, self.quantity) if price else (self.billing_info.last_payment.amount, "1")
        try:
            money = found.money if found else None
        except ValueError:
            return None
        return money and money.model_copy(update={"minor": money.minor * (int(times) if times.isdecimal() else 1)})


class _Breakdown(PayPalModel):
    gross_amount: Amount


class _Transaction(PayPalModel):
    id: str
    status: str
    amount_with_breakdown: _Breakdown
    time: Instant


class Transactions(PayPalModel):
    """`GET /v1/billing/subscriptions/{id}/transactions?start_time=&end_time=`."""

    transactions: tuple[_Transaction, ...] = ()

    def sales(self, subscription: str) -> list[Sale]:
        """In our words, the oldest first; a status that we do not know is passed over. Raises ValueError."""
        found = [
            Sale(
                id=each.id,
                subscription=subscription,
                status=_STATUS[each.status],
                amount=each.amount_with_breakdown.gross_amount.money,
                at=each.time,
            )
            for each in self.transactions
            if each.status in _STATUS
        ]
        return sorted(found, key=lambda sale: (sale.at, sale.id))


class _Total(PayPalModel):
    total: str
    currency: str


class SaleObject(PayPalModel):
    """`GET /v1/payments/sale/{id}`."""

    id: str
    state: str
    amount: _Total
    create_time: Instant
    billing_agreement_id: str = ""

    @property
    def sale(self) -> Sale | None:
        """In our words; None for one of no subscription, or of a state that we do not know. Raises ValueError."""
        status = _STATUS.get(self.state.upper())
        if status is None or not self.billing_agreement_id:
            return None
        return Sale(
            id=self.id,
            subscription=self.billing_agreement_id,
            status=status,
            amount=_money(self.amount.total, self.amount.currency),
            at=self.create_time,
        )


class _Resource(PayPalModel):
    id: str = ""
    billing_agreement_id: str = ""
    sale_id: str = ""


class Event(PayPalModel):
    """A webhook, as far as it is a hint: whom to ask about. Nothing else of it is read."""

    id: str = Field(min_length=1, max_length=255)
    event_type: str = ""
    resource_type: str = ""
    resource: _Resource = _Resource()


def _money(value: str, currency: str) -> Money:
    """PayPal writes two digits also for a currency that has none: `500.00` yen."""
    whole, _, part = value.partition(".")
    return Money.parse(whole if not part.strip("0") else value, currency)
