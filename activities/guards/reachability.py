"""A suspension waits while nobody outside of what it silences was warned (S2-19, S3-21)."""

from datetime import timedelta
from typing import Protocol

from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred
from dunning.level import Level
from dunning.notices.reachability import outside
from dunning.policy.step_names import key_of_notice
from dunning.ports.accounts import Accounts
from dunning.ports.companies import Reach
from dunning.ports.notices import Notices
from dunning.ports.tickets import Tickets
from dunning.records.mail import NoticeCopy
from dunning.tickets.mail import no_outside_address


class ReachRecords(Accounts, Notices, Tickets, Protocol):
    """Whom to write to, what was sent, and work for people."""


_AGAIN = timedelta(days=1)
_REASON = "no warning reached an address outside the services that would be cut off; staff asks the customer for one"


class ReachCheck:
    """Fits `dunning.ports.companies.Guard`. Once somebody outside was not warned, the warning is written again."""

    def __init__(self, store: ReachRecords, reach: Reach) -> None:
        self._store = store
        self._reach = reach

    async def may(self, order: RestrictOrder | DeleteOrder) -> Deferred | None:
        """None when somebody who can still be written to was warned; else a ticket opens, once, and the step waits.

        An order that names no warnings needs none: a chargeback, a policy without grace.
        """
        if order.warnings is None or not _silences(order):
            return None
        account = await self._store.account(order.account)
        silent = await self._reach.inside(account, order.covers)
        if not silent:
            return None
        reachable = {contact.email for contact in outside(account.contacts, silent)}
        tried = await self._warned(order, reachable)
        if any(copy.status == "delivered" for copy in tried):
            return None
        await self._store.open_ticket(no_outside_address(order, account, silent))
        if reachable and not tried:  # an address that came later
            return Deferred(until=order.at, reason=_REASON, unreached=True)
        return Deferred(until=order.at + _AGAIN, reason=_REASON, unreached=bool(reachable))

    async def _warned(self, order: RestrictOrder | DeleteOrder, addresses: set[str]) -> list[NoticeCopy]:
        """The notices that warned of it, as they were sent to these addresses."""
        warnings = order.warnings or ()
        copies = await self._store.notices(order.invoice)
        return [copy for copy in copies if copy.recipient in addresses and _is_of(copy, warnings)]


def _silences(order: RestrictOrder | DeleteOrder) -> bool:
    if isinstance(order, DeleteOrder):
        return not order.backups
    return order.level.rank >= Level.SUSPENDED.rank


def _is_of(copy: NoticeCopy, warnings: tuple[str, ...]) -> bool:
    """Whether it is a copy of one of these notices: they differ in the contact's rank at the end of the id."""
    return key_of_notice(copy.id) in {key_of_notice(warning) for warning in warnings}
