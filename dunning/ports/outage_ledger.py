"""Times in which customers could not pay, as they were seen or said."""

from datetime import datetime
from typing import Protocol

from dunning.windows.outage import Outage, Way


class OutageLedger(Protocol):
    """One that stands is never deleted: what was put off for it names it."""

    async def put_outage(self, outage: Outage) -> None:
        """Insert or replace it."""
        ...

    async def drop_outage(self, outage: str) -> None:
        """Forget what turned out to be none."""
        ...

    async def outage(self, outage: str) -> Outage | None:
        """The one of that id."""
        ...

    async def outages(self, since: datetime) -> tuple[Outage, ...]:
        """All that were seen or ended after `since`, struck ones and single failures too, by beginning, then by id."""
        ...

    async def running_outage(self, way: Way) -> Outage | None:
        """The one of that part that checks have seen and that has no end yet."""
        ...
