"""Tickets about subscriptions that a payment processor runs."""

from datetime import datetime

from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.processor_subscriptions import CountedSale
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder


def refunded_credit(sale: CountedSale, at: datetime) -> TicketOrder:
    """A payment was given back at the processor that had become credit, which may be used by now."""
    return TicketOrder(
        invoice="",
        account=sale.account,
        step=step(StepKind.PROCESSOR_REFUNDED, sale.id),
        at=at,
        kind=TicketKind.PROCESSOR_REFUNDED,
        subject=f"Refunded at the processor, and credit here: {sale.id}",
        body=(
            f"{sale.amount} of the processor's subscription {sale.subscription} had become credit of account "
            f"{sale.account}, and was given back there. Take it off: `starter.py credits pay-out {sale.account}`, or "
            "if an invoice has used it, ask the customer for it."
        ),
    )
