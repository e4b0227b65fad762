"""Tickets about subscriptions that a payment processor runs."""

from dunning.case.facts import Reversal
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.processor_subscriptions import CountedSale
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder


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
