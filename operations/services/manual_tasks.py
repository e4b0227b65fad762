"""What no panel does for us, and a person has to: tickets, each opened once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dunning.case.orders import DeleteOrder, ReinstateOrder, TicketOrder
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import Level
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account, Service, domains

_DOMAINS = "domains"
_SUPPORT = "Support"


async def domains_by_hand(store: Tickets, account: Account, holds: Iterable[Hold], at: datetime) -> None:
    """Open a ticket for each hold that suspends an account with domain names: nobody switches those (S3-31)."""
    names = domains(account)
    for hold in holds if names else ():
        if hold.level.rank < Level.SUSPENDED.rank:
            continue
        ours = hold.source not in OTHER_SOURCES
        since = f"{_DOMAINS}:{hold.since:%Y-%m-%d}"
        await store.open_ticket(
            TicketOrder(
                invoice=hold.source if ours else "",
                account=account.id,
                step=since if ours else f"{since}:{account.id}:{hold.source}",
                at=at,
                department=_SUPPORT,
                subject=f"Domain names of a suspended account: {account.id}",
                body=(
                    f"Its services are suspended ({'unpaid' if ours else 'hold'} {hold.source}). Domain names are not "
                    f"switched automatically. Decide about each and change it by hand: {', '.join(names)}"
                ),
            )
        )


async def domains_of_deleted(store: Tickets, account: Account, order: DeleteOrder) -> None:
    """Open a ticket for the domain names of an account whose services were deleted."""
    if names := domains(account):
        body = (
            f"Its services were deleted for {order.invoice}. Domain names are not deleted automatically. Decide about "
            f"each: {', '.join(names)}"
        )
        subject = f"Domain names of an account whose services were deleted: {account.id}"
        await store.open_ticket(_ticket(order, f"{_DOMAINS}:{order.step}", subject, body))


async def domains_back(store: Tickets, account: Account, order: ReinstateOrder) -> None:
    """Open a ticket to give back what was changed by hand, if there was one to change it."""
    names, asked = domains(account), f"{order.invoice}:{_DOMAINS}:"
    if names and any(each.key.startswith(asked) for each in await store.tickets(account.id)):
        body = (
            f"{order.invoice} is paid, and its services run again. Give back what was changed by hand at its domain "
            f"names: {', '.join(names)}"
        )
        subject = f"Domain names of an account that is back: {account.id}"
        await store.open_ticket(_ticket(order, f"{_DOMAINS}:back:{order.at:%Y-%m-%d}", subject, body))


async def back_ups_by_hand(store: Tickets, services: Sequence[Service], order: DeleteOrder) -> None:
    """Open a ticket for back-ups that a panel cannot tell of: it cannot be seen whether they are gone."""
    if services:
        names = ", ".join(f"{each.id} ({each.panel})" for each in services)
        body = (
            f"{order.invoice} asks for the deletion of back-ups, and the panel cannot show whether there are any. Look "
            f"for back-ups of: {names}"
        )
        subject = f"Back-ups to delete by hand: {order.account}"
        await store.open_ticket(_ticket(order, f"{order.step}:back-ups", subject, body))


def by_root(service: Service, at: datetime) -> TicketOrder:
    """A suspension of ours that somebody locked: the panel lets nobody but its root lift it. One ticket a day."""
    return TicketOrder(
        invoice="",
        account=service.account,
        step=f"locked:{service.id}:{at:%Y-%m-%d}",
        at=at,
        department=_SUPPORT,
        subject=f"Locked at the panel, and no longer held by us: {service.id}",
        body=(
            f"No hold asks for the suspension of {service.id} any more, but it was locked at the panel "
            f"{service.panel}, so only root may lift it. Find out who locked it and why; then lift it as root, or "
            f"place a hold (starter.py hold {service.account} --kind manual), so that the customer is told."
        ),
    )


def _ticket(order: DeleteOrder | ReinstateOrder, step: str, subject: str, body: str) -> TicketOrder:
    return TicketOrder(
        invoice=order.invoice,
        account=order.account,
        step=step,
        at=order.at,
        department=_SUPPORT,
        subject=subject,
        body=body,
    )
