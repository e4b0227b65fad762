"""Tickets about money that no running case could count."""

from datetime import datetime

from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.orders import Order
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.claims import Unhandled
from dunning.records.inbox import COMMAND, InboxEvent
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder, ticket_about

_BODY_SHOWN = 2_000
"""So many characters of a webhook stand in its ticket."""


def late_step(fact: str) -> str:
    """The step of a ticket about money for an invoice without a running case, by the id of the money."""
    return step(StepKind.LATE, fact)


def refused_step(payment: str) -> str:
    """The step of a ticket about a payment that its case refused."""
    return step(StepKind.REFUSED, payment)


def late_payment(invoice: str, account: str, payment: Payment, why: str, *, credited_to: str) -> TicketOrder:
    """It became credit of `credited_to`, an account or `UNMATCHED`. `why`: "was closed as paid"."""
    return TicketOrder(
        invoice=invoice,
        account=account,
        step=late_step(payment.id),
        at=payment.at,
        kind=TicketKind.LATE_PAYMENT,
        subject=f"Late payment for {invoice} kept as credit",
        body=(
            f"{payment.amount} ({payment.id}) arrived for {invoice}, which {why}. It is credit of the account "
            f"{credited_to} now: use it for another invoice or give it back."
        ),
    )


def late_reversal(invoice: str, account: str, reversal: Reversal, *, credited: bool) -> TicketOrder:
    """Money was taken back that had become credit (`credited`), or that nobody here knows."""
    what_now = (
        "It was credit of the account, and was taken off it."
        if credited
        else "No books here know that payment; when it comes, this is taken back of it by itself."
    )
    return TicketOrder(
        invoice=invoice,
        account=account,
        step=late_step(reversal.id),
        at=reversal.at,
        kind=TicketKind.LATE_REVERSAL,
        subject=f"A payment for {invoice} was taken back",
        body=f"{reversal.amount} ({reversal.payment}) was taken back: {reversal.reason}. {what_now}",
    )


def late_restored(invoice: str, account: str, fact: Restored) -> TicketOrder:
    """A reversal was undone that nobody here knows."""
    return TicketOrder(
        invoice=invoice,
        account=account,
        step=late_step(fact.id),
        at=fact.at,
        kind=TicketKind.LATE_RESTORED,
        subject=f"Money for {invoice} came again",
        body=f"{fact.amount} came again: {fact.reversal} was undone.",
    )


def refused_payment(invoice: str, account: str, payment: Payment, reason: str) -> TicketOrder:
    """A running case does not take it."""
    return TicketOrder(
        invoice=invoice,
        account=account,
        step=refused_step(payment.id),
        at=payment.at,
        kind=TicketKind.PAYMENT_REFUSED,
        subject=f"A payment for {invoice} was refused",
        body=f"{payment.amount} ({payment.id}) cannot be counted: {reason}. Look at it at the gateway.",
    )


def told_at_closing(order: Order, reversal: Reversal) -> TicketOrder:
    """Something that was counted is struck out, because it was credit already or was taken back before it came."""
    return ticket_about(
        order,
        TicketKind.COUNTED_TWICE,
        f"{order.invoice} counted money that it does not have",
        (
            f"{reversal.amount} of the payment {reversal.payment} is struck out: {reversal.reason or 'taken back'}. "
            "The invoice goes on with what is left to pay; look whether the customer has to hear of it."
        ),
        step=step(StepKind.COUNTED_TWICE, reversal.id),
    )


def news_unhandled(order: Order, what: Unhandled) -> TicketOrder:
    """A step waits for news that was accepted and has not reached its case; one ticket, however many steps wait."""
    help_ = (
        "It lies in the store's table inbox: is the portal running, and does it reach Temporal?"
        if what.source
        else "Whoever brought it did not finish. Enter it once more under the same id, with starter.py pay."
    )
    return TicketOrder(
        invoice=what.invoice,
        account=what.account,
        step=step(StepKind.UNHANDLED, what.source or "payment", what.id),
        at=order.at,
        kind=TicketKind.NEWS_UNHANDLED,
        subject=f"Accepted, and not handled: {named(what)}",
        body=(
            f"{order.step} of {order.invoice} waits for it, a day at most, because it may say that money came. {help_}"
        ),
    )


def named(what: Unhandled) -> str:
    """What is waited for, for people."""
    if not what.source:
        return f"payment {what.id}"
    return f"command {what.id}" if what.source == COMMAND else f"webhook {what.source} {what.id}"


def webhook_failed(event: InboxEvent, invoice: str, account: str, at: datetime, error: Exception) -> TicketOrder:
    """A webhook that may say "payment" was given up. Invoice and account are empty where nobody knows them."""
    return TicketOrder(
        invoice=invoice,
        account=account,
        step=step(StepKind.WEBHOOK, event.source, event.id),
        at=at,
        kind=TicketKind.WEBHOOK_FAILED,
        subject=f"A webhook could not be handled: {event.source} {event.id}",
        body=(
            f"It came at {event.at:%Y-%m-%d %H:%M:%S} UTC and lies in the store's table inbox. "
            f"{type(error).__name__}: {error}\n"
            "Look it up at its sender; if money moved, enter it with starter.py pay or reverse.\n\n"
            f"{event.body[:_BODY_SHOWN]}"
        ),
    )
