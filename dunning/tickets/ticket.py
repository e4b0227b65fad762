"""What a ticket is, and what is asked of the store to open one."""

from dunning.case.orders import Order
from dunning.money import Money
from dunning.tickets.kind import DEPARTMENTS, Department, TicketKind
from dunning.wire import Instant, Wire

BY_ITSELF = "Reprieve"
"""Who closes a ticket whose work nobody has to do any more."""


class Ticket(Wire):
    """Work for a person. `notice` is the id of the notice that it quotes, if any (S1-22).

    `closed_at`, `closed_by` and `closed_reason` say when, by whom and why it was closed; None: it is open.
    """

    key: str
    kind: TicketKind
    account: str
    invoice: str
    department: Department
    subject: str
    body: str
    at: Instant
    notice: str = ""
    closed_at: Instant | None = None
    closed_by: str = ""
    closed_reason: str = ""


class TicketOrder(Order):
    """Open a ticket for a person. The step makes it idempotent. Only the modules of this folder make one.

    Money that could not be counted is credited to the account in the same breath, under its payment's id.
    """

    kind: TicketKind
    subject: str
    body: str
    notice: str = ""
    credit_id: str = ""
    credit: Money | None = None

    @property
    def department(self) -> Department:
        """Who has to act, by the kind."""
        return DEPARTMENTS[self.kind]

    @property
    def ticket(self) -> Ticket:
        """What the store keeps of it."""
        return Ticket.model_validate({**dict(self), "key": self.key, "department": self.department})


def ticket_about(order: Order, kind: TicketKind, subject: str, body: str, *, step: str = "") -> TicketOrder:
    """A ticket in the matter of an order: its invoice, account and time, and its step unless another is given."""
    return TicketOrder(
        invoice=order.invoice,
        account=order.account,
        step=step or order.step,
        at=order.at,
        kind=kind,
        subject=subject,
        body=body,
    )
