"""Keeping subscriptions going: one that somebody ended at the server, or that never began, is started again."""

from datetime import datetime
from typing import Protocol

from dunning.ports.subscriptions import SubscriptionRecords, Subscriptions
from dunning.ports.tickets import Tickets
from dunning.subscriptions.rules import goes_on
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
        started = [
            each for each in wanted if each.id not in running and await self._workflows.start(goes_on(each, now))
        ]
        for each in started:
            if each.revision:  # it had begun
                await self._store.open_ticket(subscription_died(each, now))
        return tuple(each.id for each in started)
