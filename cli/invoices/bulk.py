"""Starting many cases at once: a few at a time, patient with a busy server, and never two of one account together."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from cli.invoices.checked import Good
from cli.invoices.rows import Bad
from dunning.ports.cases import ServerRefusedError
from dunning.ports.outages import OutageError
from operations.open_invoice import InvoiceRow, Opening, Outcome

AT_ONCE = 20
"""More does not start faster, only later (../shared/temporal.md, section 12)."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries; the SDK itself tries for about ten seconds before each of them."""

Opener = Callable[[Good], Awaitable[Opening]]


@dataclass
class Report:
    """What became of a file's rows. `inside` are accounts without an address outside of what we host for them."""

    opened: dict[Outcome, list[str]] = field(
        default_factory=lambda: {"started": [], "already running": [], "already closed": []}
    )
    bad: list[Bad] = field(default_factory=list[Bad])
    failed: list[Bad] = field(default_factory=list[Bad])
    inside: set[str] = field(default_factory=set[str])

    def note(self, row: InvoiceRow, opening: Opening) -> None:
        """What became of a row; the last look at an account counts."""
        self.opened[opening.outcome].append(row.invoice)
        if opening.reach == "inside":
            self.inside.add(row.account)
        elif opening.reach:
            self.inside.discard(row.account)


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
        report.note(good.row, await _patiently(opener, good))
    except OutageError as error:
        report.failed.append(Bad(good.line, number, str(error)))


async def _patiently(opener: Opener, good: Good) -> Opening:
    for pause in PAUSES:
        try:
            return await opener(good)
        except ServerRefusedError:
            raise
        except OutageError:
            pass
        await asyncio.sleep(pause)
    return await opener(good)
