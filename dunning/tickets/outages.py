"""The ticket about an outage that has moved as much as outages may."""

from datetime import datetime

from dunning.case.orders import Order
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder


def outage_goes_on(order: Order, outage: str, why: str, until: datetime) -> TicketOrder:
    """Once an outage; `order` is the first step that it moved by the last of its days."""
    body = [
        f"{why}.",
        (
            f"Outages have moved {order.invoice} (step {order.step}) by three days, and move it no more: a debtor can "
            f"take a portal down, too. It comes at {until:%Y-%m-%d %H:%MZ}, and so it may be with other invoices."
        ),
        "",
        f"Which they are: `starter.py outages`, below {outage}.",
        "If it still is our outage, set a window for it: nothing comes in one, however long it is.",
        "    starter.py window add --from ... --until ... --zone ... --reason ... --by YOU",
        "If it was none:",
        f"    starter.py outage strike {outage} --by YOU --reason WHY",
    ]
    return TicketOrder(
        invoice="",
        account="",
        step=step(StepKind.OUTAGE_GOES_ON, outage),
        at=order.at,
        kind=TicketKind.OUTAGE_GOES_ON,
        subject=f"The outage {outage} has moved deadlines by as much as outages may",
        body="\n".join(body),
    )
