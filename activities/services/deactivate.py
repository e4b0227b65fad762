"""Marking an account inactive; by some policies the invoice ends with it."""

from collections.abc import Sequence

from temporalio import activity

from activities.fenced import fenced
from activities.guards.objections import objection
from activities.heartbeat import steady
from activities.services.restrict import place_hold
from dunning.case.orders import RestrictOrder
from dunning.case.results import Restricted, RestrictResult
from dunning.ports.companies import Gateway, Guard
from operations.services.services import AccountServices


class Deactivate:
    """Tightens the hold to inactive and, when the policy says so, voids the invoice (S2-09, S2-10)."""

    def __init__(self, services: AccountServices, gateway: Gateway, guards: Sequence[Guard] = ()) -> None:
        self._services = services
        self._gateway = gateway
        self._guards = guards

    @activity.defn(name="deactivate")
    @steady
    @fenced
    async def deactivate(self, order: RestrictOrder) -> RestrictResult:
        """Raises OutageError until the panel shows the account restricted, and, as a suspension, until it is seen."""
        waits = await objection(self._gateway, self._services.store, self._guards, order)
        if waits:
            return waits
        result = await place_hold(self._services, order)
        if isinstance(result, Restricted) and order.voids:
            await self._services.store.mark_invoice(order.fence, "void")
        return result
