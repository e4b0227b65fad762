"""What puts steps off, read once for whoever names dates: a notice, a page, a list, a look ahead."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from dunning.ports.outage_ledger import OutageLedger
from dunning.ports.windows import Windows
from dunning.windows.hours import OpenHours
from dunning.windows.outage import LEAST
from dunning.windows.shut import Shut

ShutFrom = Callable[[datetime], Awaitable[Shut]]
"""What may put anything off from that instant (UTC) on. Raises StoreOutageError."""
_WINDOWS, _OUTAGES = timedelta(days=8), timedelta(days=120)
"""How long ago what still counts may have been: a step may wait since then, a customer may have been warned then."""


class Closings(Windows, OutageLedger, Protocol):
    """Windows and outages."""


def shut_by(
    store: Closings, lead: timedelta, least: timedelta = LEAST, hours: Mapping[str, OpenHours] | None = None
) -> ShutFrom:
    """Read it from the store; `lead`, `least` and `hours` are as in `Shut`."""

    async def shut(now: datetime) -> Shut:
        return Shut(await store.windows(now - _WINDOWS), lead, await store.outages(now - _OUTAGES), least, hours or {})

    return shut
