"""Deletion: the one step that nobody can take back."""

from collections.abc import Sequence

from temporalio import activity

from activities.asking import unheard_of
from activities.guarded import guarded
from activities.heartbeat import steadily
from activities.panel_work import delete_at_panel, touched
from activities.restrict import owns_hold
from dunning.orders import DeleteOrder
from dunning.ports import Gateway, Guard, Panel, Store
from dunning.results import Deleted, DeleteResult, NotOurs


class DeleteService:
    """Deletes services, or their back-ups, and confirms each at the panel (S3-24)."""

    def __init__(self, panel: Panel, store: Store, gateway: Gateway, guards: Sequence[Guard] = ()) -> None:
        self._panel = panel
        self._store = store
        self._gateway = gateway
        self._guards = guards

    @activity.defn(name="delete_service")
    async def delete_service(self, order: DeleteOrder) -> DeleteResult:
        """NotOurs when this invoice's hold is gone: a renewal was paid, so there is nothing to delete for it.

        Raises OutageError until the panel no longer shows what was deleted.
        """
        if not await owns_hold(self._store, order.account, order.invoice):
            return NotOurs(reason=f"{order.invoice} no longer holds the account; nothing was deleted")
        found = await steadily(unheard_of(self._gateway, self._store, order))
        waits = found or await guarded(self._guards, order)
        if waits:
            return waits
        account = await self._store.account(order.account)
        services = touched(account.services, order.services)
        for service in services:
            await steadily(delete_at_panel(self._panel, service, backups=order.backups))
        return Deleted(services=tuple(service.id for service in services))
