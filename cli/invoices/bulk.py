"""Starting many cases at once: a few at a time, patient with a busy server, and never two of one account together."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from temporalio.service import RPCError, RPCStatusCode

from cli.invoices.checked import Good
from cli.invoices.rows import Bad
from operations.open_invoice import Opening

AT_ONCE = 20
"""More does not start faster, only later."""
BUSY = (RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED)
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries; the SDK itself tries for about ten seconds before each of them."""

Opener = Callable[[Good], Awaitable[Opening]]


@dataclass
class Report:
    """What became of a file's rows. `inside` are accounts without an address outside of what we host for them."""

    opened: dict[Opening, list[str]] = field(
        default_factory=lambda: {"started": [], "already running": [], "already closed": []}
    )
    bad: list[Bad] = field(default_factory=list[Bad])
    failed: list[Bad] = field(default_factory=list[Bad])
    inside: set[str] = field(default_factory=set[str])


async def open_all(goods: Iterable[Good], opener: Opener, report: Report, tick: Callable[[], None]) -> None:
    """Open every row and note what came of it. Once the server is gone for good, the rest is not even tried."""
    by_account = defaultdict[str, list[Good]](list)
    for good in goods:
        by_account[good.row.account].append(good)
    queue = iter(by_account.values())

    async def work() -> None:
        for rows in queue:
            # An account's rows one after the other: each adds its services to what the account has.
            for good in rows:
                await _note(good, opener, report)
                tick()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


async def _note(good: Good, opener: Opener, report: Report) -> None:
    number = good.row.invoice
    if report.failed:
        report.failed.append(Bad(good.line, number, "not tried any more"))
        return
    try:
        report.opened[await _patiently(opener, good)].append(number)
    except RPCError as error:
        report.failed.append(Bad(good.line, number, f"Temporal: {error.status.name}: {error.message}"))


async def _patiently(opener: Opener, good: Good) -> Opening:
    for pause in PAUSES:
        try:
            return await opener(good)
        except RPCError as error:
            if error.status not in BUSY:
                raise
        await asyncio.sleep(pause)
    return await opener(good)
