"""The daily purge, as an activity: a page of one kind of records."""

import structlog
from temporalio import activity

from activities.heartbeat import beating
from dunning.keeping.purge import Page, RemoveOrder
from operations.keeping.purge import PurgeStore

log = structlog.stdlib.get_logger("reprieve.purge")


class RemoveExpired:
    """A page may be cut off and begun again: what was removed is removed."""

    def __init__(self, purge: PurgeStore) -> None:
        self._purge = purge

    @activity.defn(name="remove_expired")
    async def remove_expired(self, order: RemoveOrder) -> Page:
        """Raises StoreOutageError."""
        async with beating():
            page = await self._purge.page(order.kind, order.at)
        if page.report.removed:
            log.info("removed what was kept long enough", kind=order.kind.value, rows=page.report.removed)
        return page
