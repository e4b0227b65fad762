"""Loosening a service, as far as a wrong run had restricted it, though nothing was paid (`dunning.undo.undo`)."""

from datetime import timedelta

from temporalio import activity

from activities.fenced import fenced
from activities.heartbeat import steadily
from activities.services.reinstate import PATIENCE, believe, tell_of_gone
from activities.services.restrict import owns_hold
from dunning.case.orders import LoosenOrder
from dunning.case.results import Loosened, LoosenResult, NotOurs
from dunning.holds import Hold
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.tickets.services import undo_still_restricted
from operations.services.change_holds import change_holds
from operations.services.proof import words
from operations.services.services import AccountServices


class Loosen:
    """Loosens this invoice's own hold, and nobody else's. The invoice stays unpaid, and becomes payable again."""

    def __init__(self, services: AccountServices, patience: timedelta = PATIENCE) -> None:
        self._services = services
        self._store = services.store
        self._patience = patience

    @activity.defn(name="loosen")
    @fenced
    async def loosen(self, order: LoosenOrder) -> LoosenResult:
        """NotOurs when the invoice had lapsed and its hold is gone: a renewal was paid instead of it.

        Raises OutageError, for ever retried, until panel and outside show what the remaining holds ask for.
        """
        if await self._was_renewed(order):
            return NotOurs(reason=f"the hold of {order.invoice} was lifted by a renewal")
        # First of all: the next try must not take our own lifting of the hold for a renewal.
        await self._store.mark_invoice(order.fence, "open")
        await self._loosen(order)
        account = await self._store.account(order.account)
        try:
            brought = await steadily(self._services.bring(account, order.at, attempt=activity.info().attempt))
            believe(brought)
        except OutageError:
            await self._ticket_if_too_long(order)
            raise
        await tell_of_gone(self._store, brought, order)
        sources = (hold.source for hold in brought.holds if hold.source != order.invoice)
        remaining = (*sources, *brought.kept_by_staff)
        return Loosened(level=order.level, remaining=remaining, proof=words(brought.effects))

    async def _was_renewed(self, order: LoosenOrder) -> bool:
        known = await self._store.invoice(order.invoice)
        lapsed = known is not None and known.status == "void"
        return lapsed and not await owns_hold(self._store, order.account, order.invoice)

    async def _loosen(self, order: LoosenOrder) -> None:
        async def loosened(before: tuple[Hold, ...]) -> tuple[Hold, ...]:
            return tuple(kept for hold in before for kept in _loosened(hold, order))

        await change_holds(self._store, order.account, loosened, order.fence)

    async def _ticket_if_too_long(self, order: LoosenOrder) -> None:
        # Both are the server's times, so this also holds on virtual time.
        info = activity.info()
        trying = info.current_attempt_scheduled_time - info.scheduled_time
        if trying < self._patience:
            return
        await self._store.open_ticket(undo_still_restricted(order, trying))


def _loosened(hold: Hold, order: LoosenOrder) -> tuple[Hold, ...]:
    """What is left of a hold. One that asks for more than our run did was handed to us by another invoice: it stays."""
    if hold.source != order.invoice or not order.level.rank < hold.level.rank <= order.held.rank:
        return (hold,)
    if order.level is Level.ACTIVE:
        return ()
    return (hold.model_copy(update={"level": order.level, "services": order.services}),)
