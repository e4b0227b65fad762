"""What keeps a customer from being erased: something still goes on, and what to do about it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dunning.holds import OTHER_SOURCES, Hold
from dunning.money import Money
from dunning.policy.invoice_number import typed
from dunning.records.books import KnownInvoice
from dunning.records.processor_subscriptions import ProcessorSubscription, SubscriptionStatus
from dunning.subscriptions.subscription import Subscription
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import Ticket

NOT_ABOUT_MONEY = frozenset({
    TicketKind.NOTICE_UNDELIVERED, TicketKind.NOBODY_REACHED, TicketKind.NO_OUTSIDE_ADDRESS, TicketKind.ADDRESS_BOUNCED,
    TicketKind.CUSTOMER_MAIL, TicketKind.MAIL_UNCLEAR, TicketKind.MAIL_FAILED, TicketKind.STILL_RESTRICTED,
    TicketKind.UNDO_STILL_RESTRICTED, TicketKind.EFFECT_NOT_SEEN, TicketKind.SERVICE_GONE, TicketKind.LOCKED_AT_PANEL,
    TicketKind.DOMAINS_SUSPENDED, TicketKind.DOMAINS_DELETED, TicketKind.DOMAINS_REINSTATED, TicketKind.BACKUPS_BY_HAND,
    TicketKind.DELETION_SHARED, TicketKind.DRIFT, TicketKind.CLOSE_SITE,
})  # fmt: skip
"""Open tickets of these kinds go with the customer. Any other, also one of a kind to come, is done first."""


OVER: tuple[SubscriptionStatus, ...] = ("cancelled", "expired")
"""A processor's subscription that will never take money again."""


class Standing(NamedTuple):
    """What an account has that may still go on. `waiting` are ids of what nobody handled yet."""

    invoices: Sequence[KnownInvoice]
    tickets: Sequence[Ticket]
    credit: Sequence[Money]
    subscriptions: Sequence[Subscription]
    linked: Sequence[ProcessorSubscription]
    holds: Sequence[Hold]
    waiting: Sequence[str]


def obstacles(account: str, has: Standing) -> tuple[str, ...]:
    """What goes on, a line each, with what to do; nothing when it may be erased."""
    return (*_of_money(account, has), *_of_services(account, has))


def _of_money(account: str, has: Standing) -> Iterator[str]:
    for invoice in has.invoices:
        if invoice.status != "closed":
            end = f"`starter.py waive {typed(invoice.number)} invoice` or `void`"
            yield f"{invoice.number} is open: let it end first, or end it with {end}"
    for ticket in _open_about_money(has.tickets):
        yield f"ticket {ticket.key} ({ticket.kind}) waits: do it, then `starter.py tickets close {ticket.key}`"
    for left in has.credit:
        if left.minor > 0:
            told = f"`starter.py credits pay-out {account}`"
            yield f"{left} of its credit is left: pay it out, and write that down with {told}"
    for waits in has.waiting:
        yield f"{waits} waits to be handled: try again in a moment, and see that the portal runs if it stays so"


def _open_about_money(tickets: Iterable[Ticket]) -> Iterator[Ticket]:
    return (each for each in tickets if each.closed_at is None and each.kind not in NOT_ABOUT_MONEY)


def _of_services(account: str, has: Standing) -> Iterator[str]:
    for each in has.subscriptions:
        if not each.ended:
            yield f"subscription {each.id} goes on: `starter.py cancel {each.id} --now`"
    for each in has.linked:
        if each.terms.status not in OVER:
            stop = f"`starter.py processor-subscription remove {each.id}`"
            yield f"{each.id} is {each.terms.status} at its processor: cancel it there, then {stop}"
    for hold in has.holds:
        if hold.source in OTHER_SOURCES:
            yield f"it is held ({hold.source}): `starter.py lift {account} --kind {hold.source}` once that is over"
