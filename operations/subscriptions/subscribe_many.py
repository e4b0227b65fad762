"""Beginning many subscriptions: a few accounts at a time; those of one account one after the other."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from dunning.policy.file import Policy
from dunning.ports.outages import OutageError
from operations.concurrency import AT_ONCE
from operations.errors import RefusedError
from operations.subscriptions.new_subscription import NewSubscription
from operations.subscriptions.subscribe import Subscribed

Begin = Callable[[NewSubscription, Policy], Awaitable[Subscribed]]
"""`Subscribe.subscribe`, or its `look`."""


class Checked(NamedTuple):
    """A subscription that may be begun. `place` is where it stands in the file of whoever asks."""

    place: int
    new: NewSubscription
    policy: Policy


@dataclass
class SubscribedMany:
    """What became of them. `outage` is what went away; from then on none was tried, so `left` are to be asked again."""

    done: list[tuple[Checked, Subscribed]] = field(default_factory=list[tuple[Checked, Subscribed]])
    refused: list[tuple[Checked, RefusedError]] = field(default_factory=list[tuple[Checked, RefusedError]])
    outage: OutageError | None = None
    left: int = 0


async def subscribe_many(several: Iterable[Checked], begin: Begin, tick: Callable[[], None]) -> SubscribedMany:
    """Begin each, in no order."""
    by_account = defaultdict[str, list[Checked]](list)
    for each in several:
        by_account[each.new.account].append(each)
    report, accounts = SubscribedMany(), deque(by_account.values())

    async def work() -> None:
        while accounts:
            for each in accounts.popleft():
                await _begin(each, begin, report)
                tick()

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    report.done.sort(key=lambda each: each[0].place)
    return report


async def _begin(each: Checked, begin: Begin, report: SubscribedMany) -> None:
    if report.outage:
        report.left += 1
        return
    try:
        report.done.append((each, await begin(each.new, each.policy)))
    except RefusedError as error:
        report.refused.append((each, error))
    except OutageError as error:
        report.outage, report.left = report.outage or error, report.left + 1
