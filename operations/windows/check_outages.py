"""Look at the way to pay, and write down when it did not work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

from dunning.fleet.outage_check import LookReport
from dunning.ports.outage_ledger import OutageLedger
from dunning.ports.windows import Windows
from dunning.windows.outage import Outage, Way, after_look
from operations.windows.windows import current_window

WayLook = Callable[[], Awaitable[str]]
"""One look at a part of the way to pay: why nobody can pay by it now, for people; empty when it works."""


class WayRecords(Windows, OutageLedger, Protocol):
    """Windows, in which nothing is expected to work, and outages."""


class CheckOutages:
    """`looks` has each part that this installation uses."""

    def __init__(self, store: WayRecords, looks: Mapping[Way, WayLook]) -> None:
        self._store = store
        self._looks = looks

    async def check(self, at: datetime) -> LookReport:
        """Look at all at once, and write down what was seen at `at` (UTC). Safe to repeat. Raises StoreOutageError."""
        if await current_window(self._store, at):
            return LookReport(closed=True)
        seen = await asyncio.gather(*(look() for look in self._looks.values()))
        failures = dict(zip(self._looks, seen, strict=True))
        for way, failure in failures.items():
            await self._write(way, at, failure)
        return LookReport(failed=tuple(f"{way}: {failure}" for way, failure in failures.items() if failure))

    async def _write(self, way: Way, at: datetime, failure: str) -> None:
        known = await self._store.running_outage(way)
        for each in after_look(known, way, at, failure):
            await (self._store.drop_outage(each.id) if _is_none(each) else self._store.put_outage(each))


def _is_none(outage: Outage) -> bool:
    """Whether it is over and was seen once: nothing that anybody can rely on."""
    return outage.until is not None and not outage.stands and not outage.struck_by
