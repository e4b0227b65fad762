"""Deletion: the one step that nobody can take back."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import activity

from activities.fenced import fenced
from activities.guards.objections import objection
from activities.heartbeat import steady
from activities.owners import account_of
from activities.services.restrict import owns_hold
from dunning.case.orders import DeleteOrder
from dunning.case.results import Deferred, Deleted, DeleteResult, NotOurs
from dunning.coverage import NONE, Coverage
from dunning.holds import Hold
from dunning.level import Level
from dunning.ports.cases import Cases
from dunning.ports.companies import Gateway, Guard
from dunning.ports.fences import OvertakenError
from dunning.records.accounts import Account, Service
from dunning.records.effects import Effect
from dunning.tickets.services import deletion_shared
from operations.services.backups import PanelBackUps
from operations.services.change_holds import change_holds
from operations.services.manual_tasks import back_ups_by_hand, domains_of_deleted
from operations.services.panel import delete_at_panel, switched, without_their_user
from operations.services.proof import insist, prove_deleted, wished, words
from operations.services.services import AccountServices

AGAIN = timedelta(days=7)
"""What cannot be deleted alone is looked at again so rarely: a person has to move something first."""
SHARED = "its panel deletes only whole users, and others of this user's services are not to be deleted"


class DeleteService:
    """Deletes services, or their back-ups, and confirms each at the panel and from outside (S3-24)."""

    def __init__(self, services: AccountServices, cases: Cases, gateway: Gateway, guards: Sequence[Guard] = ()) -> None:
        self._services = services
        self._cases = cases
        self._gateway = gateway
        self._guards = guards

    @activity.defn(name="delete_service")
    @steady
    @fenced
    async def delete_service(self, order: DeleteOrder) -> DeleteResult:
        """NotOurs when this invoice's hold is gone: a renewal was paid, so there is nothing to delete for it.

        Raises OutageError until the panel no longer shows what was deleted, and nobody sees it from outside. For the
        latter it is patient, and then a person is asked (`operations.services.proof.insist`). Before each call that
        deletes the case itself is asked whether that is still wanted. What its panel would only delete together with
        services that are not meant is not deleted at all: a person hears of it.
        """
        store = self._services.store
        if not await owns_hold(store, order.account, order.invoice):
            return NotOurs(reason=f"{order.invoice} no longer holds the account; nothing was deleted")
        waits = await objection(self._gateway, store, self._guards, order)
        if waits:
            return waits
        account = await account_of(store, order)
        earlier = await store.effects(order.account)
        ours = await self._services.ours(account, earlier)
        services = switched(order.covers.of(ours))
        shared = without_their_user(self._services.panel, services, ours)
        if shared and not order.backups:
            await store.open_ticket(deletion_shared(order, shared))
            return Deferred(until=order.at + AGAIN, reason=SHARED)
        proof = await self._back_ups(order, services) if order.backups else await self._delete_all(order, services)
        left = await self._left(services) if not order.backups else False
        await self._free_others(order, account, ours)
        await domains_of_deleted(store, account, order)
        return Deleted(services=tuple(service.id for service in services), backups=left, proof=proof)

    async def _free_others(self, order: DeleteOrder, account: Account, ours: Sequence[Service]) -> None:
        """What other invoices handed over to this one ends with it: those services were paid for, and come back."""
        own = order.covers.services
        others = tuple(each.id for each in ours if each.id not in own)
        if not own or not others:
            return

        async def without_handed(before: tuple[Hold, ...]) -> tuple[Hold, ...]:
            return tuple(hold for hold in before if hold.source != order.invoice or hold.service in (*own, NONE))

        await change_holds(self._services.store, order.account, without_handed, order.fence)
        await self._services.bring(account, order.at, Coverage(services=others), attempt=activity.info().attempt)

    async def _left(self, services: Sequence[Service]) -> bool | None:
        """Whether there are back-ups of what was deleted: the customer may ask for them (S3-26)."""
        return await PanelBackUps(self._services.panel).exist(services)

    async def _back_ups(self, order: DeleteOrder, services: Sequence[Service]) -> str:
        """Nobody sees them from outside, and where the panel does not either, a person has to look."""
        unknown = [service for service in services if not await self._at_panel(service, order, backups=True)]
        await back_ups_by_hand(self._services.store, unknown, order)
        return ""

    async def _delete_all(self, order: DeleteOrder, services: Sequence[Service]) -> str:
        store = self._services.store
        earlier = await store.effects(order.account)
        gone = {each.service for each in earlier if each.at >= order.at and _is_gone(each)}
        for service in services:
            # Deleted by an earlier try: by now the name may be a new customer's (S2-15).
            if service.id not in gone:
                await self._delete(service, order)
        effects = await prove_deleted(self._services.panel, self._services.probes, services, order.at)
        await store.put_effects(each for each in effects if _is_gone(each))
        await insist(store, order, [each for each in effects if _is_gone(each)], earlier, activity.info().attempt)
        return words(effects)

    async def _at_panel(self, service: Service, order: DeleteOrder, *, backups: bool) -> bool:
        async def wanted() -> None:
            if not await self._cases.still_wanted(order):
                raise OvertakenError(order.fence, order.generation)

        return await delete_at_panel(self._services.panel, service, backups=backups, wanted=wanted)

    async def _delete(self, service: Service, order: DeleteOrder) -> None:
        """Written down at once: whoever tries again must know of it."""
        await self._at_panel(service, order, backups=False)
        await self._services.store.put_effects([wished(service, Level.DELETED, order.at)])


def _is_gone(effect: Effect) -> bool:
    return effect.wanted is Level.DELETED and effect.shown is Level.DELETED
