"""Payment processors that run subscriptions of their own, and what the store has of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from dunning.records.processor_subscriptions import Company, CountedSale, ProcessorSubscription, Sale, Terms


class NoSuchProcessorSubscriptionError(Exception):
    """The processor knows no subscription of that id."""


class Processor(Protocol):
    """A company that runs subscriptions. All raise OutageError, and GatewayRefusedError when it does not let us in."""

    async def terms(self, subscription: str) -> Terms:
        """What it says of the subscription now. Raises NoSuchProcessorSubscriptionError."""
        ...

    async def sales(self, subscription: str, since: datetime, until: datetime) -> Sequence[Sale]:
        """What it took from the customer in that time, the oldest first."""
        ...

    async def sale(self, sale: str) -> Sale | None:
        """One payment; None when it knows none of that id, or one of no subscription."""
        ...

    async def suspend(self, subscription: str, reason: str) -> None:
        """Have it take no more money for now; nothing when it does not any more."""
        ...

    async def cancel(self, subscription: str, reason: str) -> None:
        """End it for good; nothing when it is over."""
        ...

    async def move(self, subscription: str, to: datetime) -> bool:
        """Have it take no money until then, and from then on each time on that date; False where that cannot be."""
        ...


class ProcessorRecords(Protocol):
    """Which of them pay for which account, and where each of their payments counts."""

    async def put_processor_subscription(self, linked: ProcessorSubscription) -> None:
        """Insert it, or bring it to what is known now."""
        ...

    async def note_processor_subscription(self, linked: ProcessorSubscription) -> None:
        """Bring it to what is known now, unless somebody has forgotten the link since."""
        ...

    async def processor_subscription(self, name: str) -> ProcessorSubscription | None:
        """The one of that id."""
        ...

    async def processor_subscriptions(self, account: str = "") -> tuple[ProcessorSubscription, ...]:
        """Those of the account, by id; of all accounts, when it is empty."""
        ...

    async def runs_subscriptions(self, company: Company) -> bool:
        """Whether any subscription of that company is linked."""
        ...

    async def remove_processor_subscription(self, name: str) -> bool:
        """Forget the link; where its payments count stays. False when there was none."""
        ...

    async def count_sale(self, sale: CountedSale, seen: Collection[str]) -> CountedSale | None:
        """Note where it counts, once: whoever comes later gets what was noted first.

        None, and nothing is noted, when other sales than those `seen` count on its invoice by now: then it may be paid.
        """
        ...

    async def counted_sale(self, sale: str) -> CountedSale | None:
        """Where it counts; None when nobody decided that yet."""
        ...

    async def sales_of(self, invoice: str) -> tuple[CountedSale, ...]:
        """What counts on the invoice, the oldest first."""
        ...

    async def note_sale(self, sale: CountedSale) -> None:
        """Note that its case was told of it, or of its refund."""
        ...
