"""Loosening a service, as far as a wrong run had restricted it, though nothing was paid (`dunning.undo.undo`)."""

from datetime import timedelta

from temporalio import activity

from activities.fenced import fenced
from activities.heartbeat import steady
from activities.owners import account_of
from activities.services.reinstate import PATIENCE, believe, tell_of_gone
from activities.services.restrict import owns_hold
from dunning.case.orders import LoosenOrder
from dunning.case.results import Loosened, LoosenResult, NotOurs
from dunning.coverage import ALL, NONE, Coverage
from dunning.holds import Hold
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
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
    @steady
    @fenced
    async def loosen(self, order: LoosenOrder) -> LoosenResult:
        """NotOurs when the invoice had lapsed and its hold is gone: a renewal was paid instead of it.

        Raises OutageError, for ever retried, until panel and outside show what the remaining holds ask for.
        """
        if await self._was_renewed(order):
            return NotOurs(reason=f"the hold of {order.invoice} was lifted by a renewal")
        # First of all: the next try must not take our own lifting of the hold for a renewal.
        await self._store.mark_invoice(order.fence, "open")
        account = await account_of(self._store, order)
        await self._loosen(order, account)
        its = Coverage(services=order.covers.services)
        try:
            attempt = activity.info().attempt
            brought = await self._services.bring(account, order.at, its, attempt=attempt)
            believe(brought)
        except OutageError:
            await self._ticket_if_too_long(order)
            raise
        await tell_of_gone(self._store, brought, order)
        left = self._services.restraining(account, brought.holds, its)
        sources = dict.fromkeys(hold.source for hold in left if hold.source != order.invoice)
        remaining = (*sources, *brought.kept_by_staff)
        return Loosened(level=order.level, remaining=remaining, proof=words(brought.effects))

    async def _was_renewed(self, order: LoosenOrder) -> bool:
        known = await self._store.invoice(order.invoice)
        lapsed = known is not None and known.status == "void"
        return lapsed and not await owns_hold(self._store, order.account, order.invoice)

    async def _loosen(self, order: LoosenOrder, account: Account) -> None:
        async def loosened(before: tuple[Hold, ...]) -> tuple[Hold, ...]:
            return _loosened(before, order, account)

        await change_holds(self._store, order.account, loosened, order.fence)

    async def _ticket_if_too_long(self, order: LoosenOrder) -> None:
        # Both are the server's times, so this also holds on virtual time.
        info = activity.info()
        trying = info.current_attempt_scheduled_time - info.scheduled_time
        if trying < self._patience:
            return
        await self._store.open_ticket(undo_still_restricted(order, trying))


def _loosened(before: tuple[Hold, ...], order: LoosenOrder, account: Account) -> tuple[Hold, ...]:
    """The holds once ours are loosened: those that our run placed go, and what the plan holds at that level stays.

    One that asks for more than our run did, or for a service that is not ours, was handed to us by another invoice.
    """
    its = Coverage(services=order.covers.services)
    may_be_ours = {NONE, *((ALL,) if its.is_all else ()), *(each.id for each in its.of(account.services))}
    ours = [hold for hold in before if hold.service in may_be_ours and _is_too_strict(hold, order)]
    kept = [hold for hold in before if hold not in ours]
    if not ours or order.level is Level.ACTIVE:
        return tuple(kept)
    first, there = ours[0], {hold.service for hold in kept if hold.source == order.invoice}
    wanted = [each for each in order.covers.held(account.services) if each not in there]
    return (*kept, *(first.model_copy(update={"service": each, "level": order.level}) for each in wanted))


def _is_too_strict(hold: Hold, order: LoosenOrder) -> bool:
    return hold.source == order.invoice and order.level.rank < hold.level.rank <= order.held.rank
