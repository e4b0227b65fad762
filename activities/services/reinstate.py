"""Reinstating the services once nothing restricts them any more."""

from datetime import timedelta

from temporalio import activity

from activities.fenced import fenced
from activities.heartbeat import steady
from activities.owners import account_of
from dunning.case.orders import Order, ReinstateOrder
from dunning.case.results import Reinstated, ReinstateResult
from dunning.coverage import Coverage
from dunning.holds import Hold, Rule, after_payment
from dunning.level import Level, strictest
from dunning.notices.still_restricted import still_restricted_notice
from dunning.ports.companies import NoticeStarter
from dunning.ports.outages import OutageError
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account, is_exempt
from dunning.services.probe_verdict import contradicts
from dunning.tickets.services import service_gone, still_restricted
from operations.services.change_holds import change_holds
from operations.services.manual_tasks import domains_back
from operations.services.proof import disagreement, words
from operations.services.services import AccountServices, Brought

PATIENCE = timedelta(minutes=15)
"""Paid up and still restricted for longer than this opens a Billing ticket (S2-08, promise 7)."""


class ReinstateAccount:
    """Lifts this invoice's own hold, and nobody else's (promise 6), until it is seen to have worked (promise 7)."""

    def __init__(self, services: AccountServices, notices: NoticeStarter, patience: timedelta = PATIENCE) -> None:
        self._services = services
        self._store = services.store
        self._notices = notices
        self._patience = patience

    @activity.defn(name="reinstate")
    @steady
    @fenced
    async def reinstate(self, order: ReinstateOrder) -> ReinstateResult:
        """Raises OutageError, for ever retried, until the panel shows what the remaining holds ask for.

        And until a service that runs again by its panel is not seen restricted from outside any more.
        """
        account = await account_of(self._store, order)
        await self._lift(order)
        covers = await self._to_bring(account, order)
        try:
            brought = await self._services.bring(account, order.at, covers, attempt=activity.info().attempt)
            believe(brought)
        except OutageError as error:
            await self._tell_if_too_long(order, error)
            raise
        await domains_back(self._store, account, order)
        await tell_of_gone(self._store, brought, order)
        left = self._services.restraining(account, brought.holds, order.covers)
        sources = dict.fromkeys(hold.source for hold in left)
        remaining = (*sources, *brought.kept_by_staff)
        level = strictest(hold.level for hold in left)
        return Reinstated(level=level, remaining=remaining, proof=words(brought.effects))

    async def _to_bring(self, account: Account, order: ReinstateOrder) -> Coverage:
        """The invoice's own services, and those that it held beside them: for a renewal, or handed to it."""
        if order.covers.is_all:
            return order.covers
        return Coverage(services=(*order.covers.services, *await self._services.to_loosen(account)))

    async def _lift(self, order: ReinstateOrder) -> None:
        """Lift our hold, and pass it on where the policy says so.

        The invoice is marked as paid first, and what is handed on is looked at again afterwards: of two invoices that
        are paid at the same moment, one passes its hold to the other, and either of the two sees it.
        """
        await self._store.mark_invoice(order.fence, "paid")

        async def paid_for(before: tuple[Hold, ...]) -> tuple[Hold, ...]:
            past_due = await self._store.past_due(order.account, order.today)
            paid = [number for number in (order.invoice, order.renews) if number]
            paid += [each for each in dict.fromkeys(hold.source for hold in before) if await self._is_paid(each)]
            return after_payment(before, paid, await self._rule(order), past_due)

        while await change_holds(self._store, order.account, paid_for, order.fence, renewed=order.renews):
            pass

    async def _rule(self, order: ReinstateOrder) -> Rule:
        """While the account is exempt nothing is handed on: another invoice would restrict it."""
        account = await self._store.account(order.account)
        return Rule.THIS_INVOICE if is_exempt(account, order.covers.services, order.today) else order.rule

    async def _is_paid(self, source: str) -> bool:
        invoice = await self._store.invoice(source)
        return invoice is not None and invoice.status in ("paid", "closed")

    async def _tell_if_too_long(self, order: ReinstateOrder, error: OutageError) -> None:
        """Billing has a ticket, and the customer a notice, once (S0-21)."""
        # Both are the server's times, so this also holds on virtual time.
        info = activity.info()
        trying = info.current_attempt_scheduled_time - info.scheduled_time
        if trying < self._patience:
            return
        await self._store.open_ticket(still_restricted(order, trying, str(error)))
        account, invoice = await self._store.account(order.account), await self._store.invoice(order.invoice)
        await self._notices.send(still_restricted_notice(order, account, invoice))


async def tell_of_gone(store: Tickets, brought: Brought, order: Order) -> None:
    """Somebody deleted a service that is to be reinstated, perhaps a deletion of ours that was under way: a ticket."""
    gone = [each for each in brought.effects if each.shown is Level.DELETED]
    if gone:
        await store.open_ticket(service_gone(order, gone))


def believe(brought: Brought) -> None:
    """A customer who paid sees the site run. What other holds restrict is the hourly check's matter.

    Raises OutageError for what is seen restricted though its panel says that it runs.
    """
    doubted = [each for each in brought.effects if each.shown is Level.ACTIVE and contradicts(each.proof)]
    if doubted:
        raise disagreement(doubted)
