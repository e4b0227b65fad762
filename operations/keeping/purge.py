"""The purge: what has been kept for as long as the settings say is removed, some at a time."""

from collections.abc import Mapping
from datetime import datetime

from dunning.keeping.kinds import Kind, over_before
from dunning.keeping.purge import Page, PurgeReport
from dunning.ports.keeping import Expired

TOGETHER = 200
"""Rows of one transaction: others who write wait for that long."""
PAGE = 50
"""Transactions after which somebody hears how far it is."""


class PurgeStore:
    """Safe to repeat, and to break off anywhere. `lives` are days by kind; 0: for ever. Raises StoreOutageError."""

    def __init__(self, store: Expired, lives: Mapping[Kind, int], together: int = TOGETHER) -> None:
        self._store = store
        self._lives = lives
        self._together = together

    async def would(self, now: datetime) -> PurgeReport:
        """Count what would be removed. Nothing is written."""
        report = PurgeReport(at=now)
        for kind in Kind:
            if before := over_before(kind, self._lives, now):
                report += PurgeReport(at=now, removed=dict(await self._store.count_expired(kind, before)))
        return report

    async def all(self, now: datetime) -> PurgeReport:
        """Remove all of it."""
        report = PurgeReport(at=now)
        for kind in Kind:
            more = True
            while more:
                page = await self.page(kind, now)
                report, more = report + page.report, page.more
        return report

    async def page(self, kind: Kind, now: datetime) -> Page:
        """Remove some of one kind."""
        report, before = PurgeReport(at=now), over_before(kind, self._lives, now)
        if before is None:
            return Page(report=report)
        for _ in range(PAGE):
            removed = await self._store.remove_expired(kind, before, self._together)
            report += PurgeReport(at=now, removed=dict(removed.rows))
            if not removed.more:
                return Page(report=report)
        return Page(report=report, more=True)
