"""Plays a subscription on virtual time and keeps its history for the replay tests (`make histories`)."""

import asyncio
import os
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from dunning import names
from dunning.line import Line
from dunning.money import Money
from dunning.subscriptions.subscription import Cancel, Pause
from operations.subscriptions.changes import SubscriptionChanges, Wanted
from operations.subscriptions.new_subscription import NewSubscription
from sandbox.stage.stage import stage
from sandbox.story.play import at_rest
from tools.record_histories import write
from workflows.subscription import SubscriptionRenewal

HISTORIES = Path("tests/replay/subscriptions")
NAME = "renewed-refused-changed-paused-cancelled"
WHO: dict[str, Any] = {"by": "ana", "reason": "the customer asked"}

Handle = WorkflowHandle[SubscriptionRenewal, str]


async def record() -> None:
    """Every activity, timer and update of a subscription is in it."""
    async with stage() as made:
        skipper = await made.skipper()
        operations = made.made(skipper.client)
        first = (datetime.now(UTC) + timedelta(days=40)).date()  # noqa: TID251 - it begins today
        with skipper.with_time_skipping_disabled():
            await operations.registered()
            wanted = NewSubscription.model_validate(_row(str(first)))
            await operations.subscribe.subscribe(wanted, operations.check_subscription.check(wanted))
        id_ = names.subscription_workflow_id(NAME)
        handle = skipper.client.get_workflow_handle_for(SubscriptionRenewal.run, id_)
        account = await made.store.account("recorded")
        await made.store.put_account(account.model_copy(update={"services": ()}))
        await _to(skipper, handle, 31)
        await made.store.put_account(account)
        await _to(skipper, handle, 32)
        await _asked(operations.subscriptions)
        await _to(skipper, handle, 200)
        await operations.subscriptions.cancel(NAME, Cancel(when="now", **WHO))
        await handle.result()
        write(HISTORIES / f"{NAME}.json", await handle.fetch_history())


async def _asked(changes: SubscriptionChanges) -> None:
    large = (Line(text="Large", amount=Money.parse("USD 50.00")),)
    _, change = await changes.quote(NAME, Wanted(**WHO, lines=large, period="6 weeks"))
    told = await changes.change(NAME, change)
    await changes.pause(NAME, Pause(until=told.subscription.renews_on + timedelta(days=20), **WHO))
    for when in ("period-end", "never"):
        await changes.cancel(NAME, Cancel.model_validate({"when": when, **WHO}))


async def _to(skipper: TimeSkipper, handle: Handle, days: int) -> None:
    until = datetime.combine(datetime.now(UTC).date() + timedelta(days=days), time(12), UTC)  # noqa: TID251 - as above
    await skipper.fast_forward(handle, until - await skipper.get_current_time(handle))
    await at_rest(handle)


def _row(first: str) -> dict[str, Any]:
    line = {"text": "Web hosting", "amount": "USD 19.99"}
    its = {"subscription": NAME, "account": "recorded", "policy": "a-small-orange", "zone": "UTC", "lines": [line]}
    return {**its, "period": "monthly", "renews_on": first, "services": [{"user": "recorded"}]}


if __name__ == "__main__":
    asyncio.run(record())
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
