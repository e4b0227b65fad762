"""Activities of subscriptions: open the invoice of a renewal, note one for people, keep all of them going."""

from temporalio import activity

from activities.heartbeat import steady
from dunning.fleet.open_cases import KeepOrder
from dunning.ports.subscriptions import SubscriptionRecords
from dunning.subscriptions.renewals import RenewalOrder, Renewed
from dunning.subscriptions.subscription import Subscription
from operations.subscriptions.keep import KeepSubscriptions
from operations.subscriptions.renew import Renew


class Renewals:
    """Through the use cases, as every invoice is opened."""

    def __init__(self, renew: Renew, keep: KeepSubscriptions, store: SubscriptionRecords) -> None:
        self._renew = renew
        self._keep = keep
        self._store = store

    @activity.defn(name="renew")
    @steady
    async def renew(self, order: RenewalOrder) -> Renewed:
        """Safe to repeat: a renewal has one invoice. Raises OutageError while store or Temporal are away."""
        return await self._renew.renew(order)

    @activity.defn(name="keep_subscriptions")
    @steady
    async def keep_subscriptions(self, order: KeepOrder) -> int:
        """How many go on again. Safe to repeat. Raises OutageError while store or Temporal are away."""
        return len(await self._keep.keep(order.at))

    @activity.defn(name="note_subscription")
    async def note_subscription(self, seen: Subscription) -> None:
        """Safe to repeat: a row that knows more stays. Raises StoreOutageError."""
        await self._store.note_subscription(seen)
