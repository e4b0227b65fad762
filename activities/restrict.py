"""Placing this invoice's hold and bringing the services down to it."""

from collections.abc import Sequence

from temporalio import activity

from activities.asking import unheard_of
from activities.guarded import guarded
from activities.heartbeat import steadily
from activities.panel_work import bring_to_holds
from dunning.holds import Hold
from dunning.levels import Level, strictest
from dunning.orders import RestrictOrder
from dunning.ports import Gateway, Guard, Panel, Store
from dunning.results import NotOurs, Restricted, RestrictResult


class Restrict:
    """Warns, locks or suspends, unless the payment company has money that the case has not heard of."""

    def __init__(self, panel: Panel, store: Store, gateway: Gateway, guards: Sequence[Guard] = ()) -> None:
        self._panel = panel
        self._store = store
        self._gateway = gateway
        self._guards = guards

    @activity.defn(name="restrict")
    async def restrict(self, order: RestrictOrder) -> RestrictResult:
        """Raises OutageError until the panel shows the level that the strictest hold asks for."""
        found = await steadily(unheard_of(self._gateway, self._store, order))
        waits = found or await guarded(self._guards, order)
        return waits or await place_hold(self._panel, self._store, order)


async def place_hold(panel: Panel, store: Store, order: RestrictOrder) -> RestrictResult:
    """Place or tighten the hold, then bring every service to the strictest of all holds.

    An invoice that had a hold and finds it gone was paid for by a renewal: it restricts nothing any more.
    """
    account = await store.account(order.account)
    if order.held is not Level.ACTIVE and not await owns_hold(store, order.account, order.invoice):
        return NotOurs(reason=f"the hold of {order.invoice} was lifted by a renewal")
    await store.place_hold(
        Hold(
            account=order.account,
            source=order.invoice,
            level=await _never_weaker(store, order),
            since=order.at,
            services=order.services,
            note=order.reason,
        )
    )
    await steadily(bring_to_holds(panel, store, account))
    return Restricted(level=order.level)


async def _never_weaker(store: Store, order: RestrictOrder) -> Level:
    """A hold that another invoice handed to this one may be stricter already."""
    own = (hold.level for hold in await store.holds(order.account) if hold.source == order.invoice)
    return strictest([order.level, *own])


async def owns_hold(store: Store, account: str, invoice: str) -> bool:
    """Whether the invoice's hold is still there."""
    return any(hold.source == invoice for hold in await store.holds(account))
