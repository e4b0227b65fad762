"""Tickets about calls that the gateway refuses as malformed: our mistakes, for which no customer has to answer."""

from dunning.case.orders import ChargeOrder, Order
from dunning.case.results import Refused
from dunning.policy.invoice_number import typed
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder, ticket_about


def charge_refused(order: ChargeOrder, refused: Refused) -> TicketOrder:
    """A charge that nobody was asked for. One a step and code, however often it is tried."""
    number = order.invoice
    said = f'\nIts words: "{refused.said}"' if refused.said else ""
    body = (
        f"{order.amount} could not be asked for ({order.step}): {refused.reason}{said}\n"
        "Mend what it names: amount, currency, the account's customer id at the gateway, or the key. The customer is "
        "told nothing, and until it is mended nothing happens to them because of this invoice; they can pay on its "
        "page. It is tried again once a day, for a month at most. To try it at once: "
        f"starter.py charge {typed(number)} --by NAME. To go on with the policy without this charge: "
        f"starter.py charge {typed(number)} --leave-out --by NAME --reason TEXT."
    )
    return ticket_about(
        order,
        TicketKind.CHARGE_REFUSED,
        f"The gateway refuses the charge of {number} as malformed ({refused.code})",
        body,
        step=step(StepKind.GATEWAY_REFUSES, order.step, refused.code),
    )


def call_refused(order: Order, said: str, *, for_all: bool) -> TicketOrder:
    """A call beside a new charge. One a step; one a day for all invoices when every call is refused."""
    body = (
        f"{order.step} of {order.invoice} waits, and is tried again by itself: {said}\n"
        "The customer is told nothing, and nothing happens to them meanwhile."
    )
    if not for_all:
        subject = f"The gateway refuses a call for {order.invoice} as malformed"
        name = step(StepKind.GATEWAY_REFUSES, order.step, "call")
        return ticket_about(order, TicketKind.GATEWAY_REFUSES, subject, body, step=name)
    return TicketOrder(
        invoice="",
        account="",
        step=step(StepKind.GATEWAY_REFUSES, "all", order.at.date()),
        at=order.at,
        kind=TicketKind.GATEWAY_REFUSES,
        subject="The gateway does not let us in: no invoice is charged",
        body=f"{body} So does every other charge, fee and suspension.",
    )
