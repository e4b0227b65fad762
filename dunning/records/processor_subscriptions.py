"""A subscription that a payment processor runs: it takes the money from the customer by itself, on its own dates."""

from datetime import date
from typing import Literal, Self

from dunning.calendar import local
from dunning.money import Money
from dunning.wire import Instant, Wire

SubscriptionStatus = Literal["approval_pending", "approved", "active", "suspended", "cancelled", "expired"]
"""As the processor says; only an active one pays."""
SaleStatus = Literal["completed", "pending", "declined", "refunded"]
Company = Literal["paypal", "stripe"]
"""A company that runs subscriptions."""
COMPANIES: dict[Company, str] = {"paypal": "PayPal", "stripe": "Stripe"}
"""Each as people call it."""
STRIPES = "sub_"
"""How the id of each of Stripe's subscriptions begins, and of no other."""
_STOPPED: frozenset[SubscriptionStatus] = frozenset({"suspended", "cancelled", "expired"})
_MOVING: frozenset[Company] = frozenset({"stripe"})
"""Who can have a subscription pay on another date; elsewhere it has to be ended, and begun anew."""


def company_of(subscription: str) -> Company:
    """Who runs it, by its id."""
    return "stripe" if subscription.startswith(STRIPES) else "paypal"


class Terms(Wire):
    """What the processor says of a subscription of its own.

    `next_charge` is when it takes money next, `retry_at` when it tries a failed payment again; None: it does not.
    `failed`: so many tries in a row. `begins` is when it was to take money first.
    """

    status: SubscriptionStatus
    amount: Money | None = None
    begins: Instant | None = None
    next_charge: Instant | None = None
    retry_at: Instant | None = None
    failed: int = 0

    @property
    def active(self) -> bool:
        """Whether it pays."""
        return self.status == "active"

    @property
    def retries(self) -> bool:
        """Whether a payment failed, and the processor will try it again."""
        return self.active and self.failed > 0 and self.retry_at is not None

    @property
    def expected(self) -> Instant | None:
        """When money is expected from it next, be it for the first time or again; None when none is."""
        if not self.active:
            return None
        return self.retry_at if self.retries else self.next_charge


class ProcessorSubscription(Wire):
    """One that is linked to an account. `id` is the processor's own.

    `subscription` is ours whose invoices it pays; empty: whatever the account owes. `counts_from`: what it paid before
    is none of ours. `terms` are as the processor said at `looked_at`. `warned`: the customer was
    told of that (`dunning.case.habit`). `stopped_by_us`: we asked the processor to have it take no more money.
    `untold`: what it had paid by then may not have been told to its cases yet.
    """

    id: str
    account: str
    subscription: str = ""
    counts_from: Instant
    linked_by: str = ""
    warned: str = ""
    stopped_by_us: bool = False
    terms: Terms
    looked_at: Instant
    untold: bool = False

    @property
    def processor(self) -> Company:
        """Who runs it."""
        return company_of(self.id)

    @property
    def moves(self) -> bool:
        """Whether it can be made to pay on another date."""
        return self.processor in _MOVING

    def stopped(self, now: Terms) -> bool:
        """Whether it takes no money any more, as it is `now`, and that is new."""
        return now.status != self.terms.status and now.status in _STOPPED

    def seen(self, now: Terms, at: Instant) -> Self:
        """As it is `now`. Who has it go on again ends what we asked for."""
        ours = self.stopped_by_us and not (self.terms.status in _STOPPED and now.active)
        return self.model_copy(update={"terms": now, "looked_at": at, "stopped_by_us": ours, "untold": True})

    def expected_on(self, zone: str) -> date | None:
        """The day in that zone on which money is expected."""
        return local(self.terms.expected, zone).date() if self.terms.expected else None


class Sale(Wire):
    """One payment that the processor took, by its own id."""

    id: str
    subscription: str
    status: SaleStatus
    amount: Money
    at: Instant


class CountedSale(Wire):
    """Where a sale counts: on one invoice, or, when none was owed, as credit of the account (`invoice` is empty).

    `told`: its case has heard of it. `taken_back`: the same of its refund.
    """

    id: str
    subscription: str
    account: str
    invoice: str = ""
    amount: Money
    at: Instant
    told: bool = False
    taken_back: bool = False
