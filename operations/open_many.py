"""Opening many invoices: a few at a time, patient with a busy server, and never two of one account together."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from dunning.policy.file import Policy
from dunning.ports.cases import ServerRefusedError
from dunning.ports.outages import OutageError
from operations.errors import RefusedError
from operations.new_invoice import NewInvoice
from operations.open_invoice import Opening, Outcome

AT_ONCE = 20
"""More does not start faster, only later."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries; the client itself tries for about ten seconds before each of them."""


class Checked(NamedTuple):
    """An invoice that may be opened. `place` is where it stands in the list or file of whoever asks."""

    place: int
    new: NewInvoice
    policy: Policy


class Failed(NamedTuple):
    """An invoice that could not be opened, and why. After an outage it is safe to ask for it again."""

    place: int
    invoice: str
    reason: str


class Differing(NamedTuple):
    """An invoice that says something otherwise than it is known: its names, as in a file."""

    place: int
    invoice: str
    differs: tuple[str, ...]


Open = Callable[[NewInvoice, Policy], Awaitable[Opening]]


@dataclass
class OpenedMany:
    """What became of them. `refused` cannot be opened and left nothing.

    `inside` are accounts without an address outside of what we host for them; `differing` say something otherwise than
    it is known, which stays as it is.
    """

    opened: dict[Outcome, list[str]] = field(
        default_factory=lambda: {"started": [], "already running": [], "already closed": []}
    )
    refused: list[Failed] = field(default_factory=list[Failed])
    failed: list[Failed] = field(default_factory=list[Failed])
    inside: set[str] = field(default_factory=set[str])
    differing: list[Differing] = field(default_factory=list[Differing])

    def note(self, each: Checked, opening: Opening) -> None:
        """What became of one; the last look at an account counts."""
        new = each.new
        self.opened[opening.outcome].append(new.invoice)
        if opening.differs:
            self.differing.append(Differing(each.place, new.invoice, opening.differs))
        if opening.reach == "inside":
            self.inside.add(new.account)
        elif opening.reach:
            self.inside.discard(new.account)


async def open_many(invoices: Iterable[Checked], opener: Open, report: OpenedMany, tick: Callable[[], None]) -> None:
    """Open each and note in `report` what came of it. Once the server is gone for good, the rest is not even tried."""
    by_account = defaultdict[str, list[Checked]](list)
    for each in invoices:
        by_account[each.new.account].append(each)
    queue = iter(by_account.values())

    async def work() -> None:
        for several in queue:
            # An account's invoices one after the other: each adds its services to what the account has.
            for each in several:
                await _open(each, opener, report)
                tick()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


async def _open(each: Checked, opener: Open, report: OpenedMany) -> None:
    number = each.new.invoice
    if report.failed:
        report.failed.append(Failed(each.place, number, "not tried any more"))
        return
    try:
        report.note(each, await _patiently(opener, each))
    except RefusedError as error:
        report.refused.append(Failed(each.place, number, error.reason))
    except OutageError as error:
        report.failed.append(Failed(each.place, number, str(error)))


async def _patiently(opener: Open, each: Checked) -> Opening:
    for pause in PAUSES:
        try:
            return await opener(each.new, each.policy)
        except ServerRefusedError:
            raise
        except OutageError:
            await asyncio.sleep(pause)
    return await opener(each.new, each.policy)
