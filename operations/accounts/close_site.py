"""A customer's choice in each phase of a shutdown: not to pay, but to have a site closed (S4-02). People do it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from dunning.holds import touching
from dunning.level import strictest
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.ports.tickets import Tickets
from dunning.subscriptions.rules import renews
from dunning.subscriptions.subscription import Cancel
from dunning.tickets.services import ClosingAsked, close_site
from operations.accounts.services import SubscriptionsOf, named_by, named_service
from operations.accounts.write import known
from operations.cases.look import CaseOf

CancelSubscription = Callable[[str, Cancel], Awaitable[object]]


class CloseRecords(Accounts, Holds, Invoices, Tickets, Protocol):
    """Whose the site is, what is owed for it, how far it is restricted; and tickets."""


class Asked(NamedTuple):
    """What was asked for. `fresh`: it was not asked for before in this phase."""

    asked: ClosingAsked
    fresh: bool


class CloseSite:
    """Nothing happens to the service, and what is owed stays owed, until a person acts. `clock` is the wall's."""

    def __init__(
        self,
        store: CloseRecords,
        case_of: CaseOf,
        subscriptions: SubscriptionsOf,
        cancel: CancelSubscription,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._case_of = case_of
        self._subscriptions = subscriptions
        self._cancel = cancel
        self._clock = clock

    async def ask(self, account: str, service: str, by: str, reason: str) -> Asked:
        """Write the wish down as a Billing ticket; what is billed for this site alone ends with what is billed last.

        Safe to repeat: one ticket a site and phase. Raises NoSuchAccountError, RefusedError and OutageError.
        """
        its = await known(self._store, account)
        site = named_service(service, its)
        level = strictest(hold.level for hold in touching(site.id, await self._store.holds(its.id)))
        open_ = tuple([number async for number in self._paying(its.id, site.id)])
        renewing = [each for each in await self._subscriptions(its.id) if renews(each, site.id)]
        alone = tuple(each.id for each in renewing if {*each.next_terms.terms.pays_for} == {site.id})
        goes_on = tuple(each.id for each in renewing if each.id not in alone)
        asked = ClosingAsked(its.id, site.id, level, open_, alone, goes_on, by, reason)
        fresh = await self._store.open_ticket(close_site(asked, self._clock()))
        for each in alone:
            await self._cancel(each, Cancel(when="period-end", by=by, reason=reason))
        return Asked(asked, fresh)

    async def _paying(self, account: str, service: str) -> AsyncIterator[str]:
        for invoice in await self._store.open_invoices(account):
            named = await named_by(invoice, self._case_of)
            if not named or service in named:
                yield invoice.number
