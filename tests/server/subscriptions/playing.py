"""One real subscription, on virtual time or on real time. Every test gives it a name that no other test uses."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from adapters.store import SqlStore
from adapters.store.customers.holds import write_holds
from composition import Composition, now
from dunning.case.case import Case
from dunning.holds import Hold
from dunning.level import Level
from dunning.subscriptions.subscription import Subscription
from operations.subscriptions.changes import Seen
from operations.subscriptions.new_subscription import NewSubscription
from sandbox.stage.stage import Stage
from sandbox.story.play import at_rest
from workflows.subscription import SubscriptionRenewal

PATIENCE = 60.0
WHO: dict[str, Any] = {"by": "ana", "reason": "the customer asked"}


def new(name: str, renews_on: date, **more: Any) -> NewSubscription:
    values = {
        "subscription": name,
        "account": f"acct-{name}",
        "customer": "Example Bakery",
        "emails": [f"{name.lower()}@bakery.example"],
        "period": "monthly",
        "renews_on": renews_on,
        "policy": "a-small-orange",
        "zone": "UTC",
        "lines": [{"text": "Web hosting", "amount": "USD 19.99"}, {"text": "Domain", "amount": "USD 1.01"}],
        "services": [{"user": f"u-{name.lower()}"}, {"user": f"m-{name.lower()}", "kind": "email"}],
    }
    return NewSubscription.model_validate({**values, **more})


@dataclass
class Playing:
    """A running subscription and the world around it."""

    stage: Stage
    made: Composition
    skipper: TimeSkipper
    handle: WorkflowHandle[SubscriptionRenewal, str]
    name: str

    async def to(self, moment: datetime) -> None:
        """Let its own time pass up to then, with everything that happens until then."""
        missing = moment - await self.skipper.get_current_time(self.handle)
        if missing > timedelta(0):
            await asyncio.wait_for(self.skipper.fast_forward(self.handle, missing), PATIENCE)
        await asyncio.wait_for(at_rest(self.handle), PATIENCE)

    async def seen(self) -> Seen:
        """As people read it."""
        return await self.made.subscriptions.show(self.name)

    async def truth(self) -> Subscription:
        return await self.handle.query(SubscriptionRenewal.subscription)

    async def case(self, invoice: str) -> Case:
        return await self.made.cases.ask(invoice)

    async def outcome(self) -> str:
        return await asyncio.wait_for(self.handle.result(), PATIENCE)


async def begin(stage: Stage, wanted: NewSubscription) -> Playing:
    """Begin a subscription whose time stands still."""
    skipper = await stage.skipper()
    made = stage.made(skipper.client)
    with skipper.with_time_skipping_disabled():
        await made.registered()
        started = await made.subscribe.subscribe(wanted, made.check_subscription.check(wanted))
    assert started.outcome == "started"
    id_ = f"subscription-{wanted.subscription}"
    handle = skipper.client.get_workflow_handle_for(SubscriptionRenewal.run, id_)
    return Playing(stage, made, skipper, handle, wanted.subscription)


def on_the_31st(after: int = 25) -> date:
    """The next 31st that is so many days away at least."""
    day = (now() + timedelta(days=after)).date()
    while day.day != 31:
        day += timedelta(days=1)
    return day


async def held(store: SqlStore, account: str, level: Level, *services: str, source: str = "OLD-9") -> None:
    """As if an invoice, or somebody else, had restricted these services, and no others."""
    several = [Hold(account=account, source=source, level=level, since=now(), service=each) for each in services]
    async with store._writing() as connection:
        await write_holds(connection, account, several)
