"""What no panel does for us, and a person has to: tickets, each opened once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dunning.case.orders import DeleteOrder, ReinstateOrder
from dunning.holds import Hold, touching
from dunning.level import Level
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key, step
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account, Service, domains
from dunning.tickets.services import (
    backups_by_hand,
    domains_deleted,
    domains_reinstated,
    domains_suspended,
)


async def domains_by_hand(store: Tickets, account: Account, holds: Iterable[Hold], at: datetime) -> None:
    """Open a ticket for each reason that suspends domain names: nobody switches those (S3-31)."""
    suspending = [hold for hold in holds if hold.level.rank >= Level.SUSPENDED.rank]
    for hold in {hold.source: hold for hold in reversed(suspending)}.values():
        its = [each for each in suspending if each.source == hold.source]
        if names := domains(each for each in account.services if touching(each.id, its)):
            await store.open_ticket(domains_suspended(hold, account.id, names, at))


async def domains_of_deleted(store: Tickets, account: Account, order: DeleteOrder) -> None:
    """Open a ticket for the domain names among the services that were to be deleted."""
    if names := domains(order.covers.of(account.services)):
        await store.open_ticket(domains_deleted(order, names))


async def domains_back(store: Tickets, account: Account, order: ReinstateOrder) -> None:
    """Open a ticket to change back what was changed by hand, if there was one to change it."""
    names, asked = domains(order.covers.of(account.services)), key(order.invoice, step(StepKind.DOMAINS, ""))
    if names and any(each.key.startswith(asked) for each in await store.tickets(account.id)):
        await store.open_ticket(domains_reinstated(order, names))


async def back_ups_by_hand(store: Tickets, services: Sequence[Service], order: DeleteOrder) -> None:
    """Open a ticket for back-ups that a panel cannot tell of: it cannot be seen whether they are gone."""
    if services:
        await store.open_ticket(backups_by_hand(order, services))
