"""A subscription's activities: open the invoice of a renewal, and note the subscription for people."""

from temporalio import activity

from activities.heartbeat import steady
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.subscriptions.renewals import RenewalOrder, Renewed
from dunning.subscriptions.subscription import Subscription
from operations.subscriptions.renew import Renew


class Renewals:
    """Through the use cases, as every invoice is opened."""

    def __init__(self, renew: Renew, store: SubscriptionRecords) -> None:
        self._renew = renew
        self._store = store

    @activity.defn(name="renew")
    @steady
    async def renew(self, order: RenewalOrder) -> Renewed:
        """Safe to repeat: a renewal has one invoice. Raises OutageError while store or Temporal are away."""
        return await self._renew.renew(order)

    @activity.defn(name="note_subscription")
    async def note_subscription(self, seen: Subscription) -> None:
        """Safe to repeat: a row that knows more stays. Raises StoreOutageError."""
        await self._store.note_subscription(seen)
