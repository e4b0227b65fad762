"""Placing this invoice's hold and bringing the services down to it."""

from collections.abc import Sequence

from temporalio import activity

from activities.fenced import fenced
from activities.guards.objections import objection
from activities.heartbeat import steady
from activities.owners import account_of
from dunning.case.orders import RestrictOrder
from dunning.case.results import NotOurs, Restricted, RestrictResult
from dunning.holds import Hold
from dunning.level import Level
from dunning.ports.companies import Gateway, Guard
from dunning.ports.holds import Holds
from operations.services.proof import insist, words
from operations.services.services import AccountServices


class Restrict:
    """Warns, locks or suspends, unless the gateway has money that the case has not heard of."""

    def __init__(self, services: AccountServices, gateway: Gateway, guards: Sequence[Guard] = ()) -> None:
        self._services = services
        self._gateway = gateway
        self._guards = guards

    @activity.defn(name="restrict")
    @steady
    @fenced
    async def restrict(self, order: RestrictOrder) -> RestrictResult:
        """Raises OutageError until the panel shows the level that the strictest hold asks for, and it is seen outside.

        For the latter it is patient, and then a person is asked (`operations.services.proof.insist`).
        """
        waits = await objection(self._gateway, self._services.store, self._guards, order)
        return waits or await place_hold(self._services, order)


async def place_hold(services: AccountServices, order: RestrictOrder) -> RestrictResult:
    """Place or tighten the hold on each service of the order, then bring these to the strictest of all holds.

    An invoice that had a hold and finds it gone was paid for by a renewal: it restricts nothing any more.
    """
    store = services.store
    account = await account_of(store, order)
    one = Hold(
        account=order.account,
        source=order.invoice,
        level=order.level,
        since=order.at,
        note=order.reason,
        step=order.step,
    )
    holds = [one.model_copy(update={"service": each}) for each in order.covers.held(account.services)]
    if not await store.tighten_holds(account.id, holds, order.fence, had=order.held is not Level.ACTIVE):
        return NotOurs(reason=f"the hold of {order.invoice} was lifted by a renewal")
    brought = await services.bring(account, order.at, order.covers, attempt=activity.info().attempt)
    await insist(store, order, brought.effects, brought.earlier, activity.info().attempt)
    return Restricted(level=order.level, proof=words(brought.effects))


async def owns_hold(store: Holds, account: str, invoice: str) -> bool:
    """Whether the invoice's hold is still there."""
    return any(hold.source == invoice for hold in await store.holds(account))
