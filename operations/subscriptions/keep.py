"""Keeping subscriptions going: one that somebody ended at the server, or that never began, is started again."""

from datetime import datetime
from typing import Protocol

from dunning.ports.subscriptions import SubscriptionRecords, Subscriptions
from dunning.ports.tickets import Tickets
from dunning.subscriptions.rules import goes_on
from dunning.subscriptions.subscription import Subscription
from dunning.tickets.subscriptions import subscription_died


class KeepRecords(SubscriptionRecords, Tickets, Protocol):
    """Subscriptions, and tickets about them."""


class KeepSubscriptions:
    """It goes on from its row: what was billed has its number, so nothing is billed twice."""

    def __init__(self, store: KeepRecords, workflows: Subscriptions) -> None:
        self._store = store
        self._workflows = workflows

    async def keep(self, now: datetime) -> tuple[str, ...]:
        """The ids of those that go on again. Safe to repeat. Raises OutageError."""
        wanted = [each for each in await self._store.subscriptions() if not each.ended]
        running = {each async for each in self._workflows.running()} if wanted else set[str]()
        missing = [each for each in wanted if each.id not in running]
        return tuple([each.id for each in missing if await self._go_on(each, now)])

    async def _go_on(self, subscription: Subscription, now: datetime) -> bool:
        """With a ticket first, if it had begun: once it is started, whoever repeats this finds it running."""
        if subscription.revision:
            if not await self._workflows.died(subscription.id):
                return False
            await self._store.open_ticket(subscription_died(subscription, now))
        return await self._workflows.start(goes_on(subscription, now))
