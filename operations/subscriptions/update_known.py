"""`subscribe --update`: what is said otherwise than is known is agreed, from the next renewal to be opened."""

from typing import NamedTuple

from dunning.policy.file import Policy
from operations.subscriptions.changes import SubscriptionChanges, Wanted
from operations.subscriptions.new_subscription import NewSubscription
from operations.subscriptions.subscribe import Subscribe, Subscribed


class Who(NamedTuple):
    """Who changes what is known, and why; it stays in the subscription's story."""

    by: str
    reason: str


class SubscribeOrChange:
    """Begins what is not there, and changes what differs. Dates stay: they are counted from what was agreed first."""

    def __init__(self, subscribe: Subscribe, changes: SubscriptionChanges, who: Who) -> None:
        self._subscribe = subscribe
        self._changes = changes
        self._who = who

    async def look(self, new: NewSubscription, policy: Policy) -> Subscribed:
        """What `subscribe` would do; nothing is written. Raises RefusedError, OutageError."""
        seen = await self._subscribe.look(new, policy)
        if seen.differs:
            await self._changes.quote(new.subscription, self._wanted(new, seen))
            return seen._replace(outcome="changed")
        return seen

    async def subscribe(self, new: NewSubscription, policy: Policy) -> Subscribed:
        """Begin it, or agree to what differs. Safe to repeat. Raises RefusedError, OutageError."""
        seen = await self._subscribe.subscribe(new, policy)
        if not seen.differs:
            return seen
        _, change = await self._changes.quote(new.subscription, self._wanted(new, seen))
        told = await self._changes.change(new.subscription, change)
        return Subscribed("changed", told.subscription, seen.differs)

    def _wanted(self, new: NewSubscription, seen: Subscribed) -> Wanted:
        said = {"lines": new.terms().lines, "pays_for": new.pays_for, "policy": new.policy, "period": new.period}
        return Wanted(*self._who)._replace(**{name: said[name] for name in seen.differs})
