"""Tickets about subscriptions that a payment processor runs."""

from dunning.case.facts import Reversal
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.processor_subscriptions import COMPANIES, CountedSale, ProcessorSubscription, SubscriptionStatus
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from dunning.wire import Instant


def refunded_credit(sale: CountedSale, back: Reversal) -> TicketOrder:
    """A payment was taken back at the processor that had become credit, which may be used by now."""
    return TicketOrder(
        invoice="",
        account=sale.account,
        step=step(StepKind.PROCESSOR_REFUNDED, back.id),
        at=back.at,
        kind=TicketKind.PROCESSOR_REFUNDED,
        subject=f"Taken back at the processor, and credit here: {sale.id}",
        body=(
            f"{sale.amount} of the processor's subscription {sale.subscription} had become credit of account "
            f"{sale.account}, and {back.amount} of it was taken back there ({back.reason}). "
            f"Take it off: `starter.py credits pay-out {sale.account}`, or if an invoice has used it, ask the customer "
            "for it."
        ),
    )


def processor_ended(before: ProcessorSubscription, status: SubscriptionStatus, at: Instant) -> TicketOrder:
    """A subscription takes no money any more, and we did not have it stop. `before` is as it was looked at last."""
    there = COMPANIES[before.processor]
    paid = f"It paid {before.terms.amount} each time. " if before.terms.amount else ""
    return TicketOrder(
        invoice="",
        account=before.account,
        step=step(StepKind.PROCESSOR_ENDED, before.id, status, before.looked_at.isoformat()),
        at=at,
        kind=TicketKind.PROCESSOR_ENDED,
        subject=f"{there}'s subscription is {status}: {before.id}",
        body=(
            f"The subscription {before.id} of account {before.account} at {there} is {status} there, and takes no "
            f"money any more. {paid}Steps do not wait for it now. If the customer pays another way, forget it: "
            f"`starter.py processor-subscription remove {before.id}`. If not, see there why it stopped."
        ),
    )
