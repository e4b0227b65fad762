"""What the workflow asks of activities: one frozen object each, with ids and the instant, never the whole case."""

from datetime import date

from dunning.holds import Rule
from dunning.ledger import Entry
from dunning.levels import Level
from dunning.money import Money
from dunning.wire import Instant, Wire


class Order(Wire):
    """What every order says. `step` is the milestone's name; `at` is the workflow's own time, the only clock."""

    invoice: str
    account: str
    step: str
    at: Instant

    @property
    def key(self) -> str:
        """The idempotency key, `<invoice>:<milestone>`: the same for every retry, never random."""
        return f"{self.invoice}:{self.step}"


class ChargeOrder(Order):
    """Charge the account's payment method. `attempt` counts from 1; asking again about one keeps its number.

    `ask_only`: nothing is owed any more, so only ask what became of the attempt; `amount` then moves nothing.
    """

    amount: Money
    attempt: int = 1
    ask_only: bool = False

    @property
    def key(self) -> str:
        """`<invoice>:<milestone>:<attempt>`."""
        return f"{self.invoice}:{self.step}:{self.attempt}"


class RefundOrder(Order):
    """Give back `amount` of one payment."""

    payment: str
    amount: Money


class NoticeOrder(Order):
    """Write to the account's contacts.

    `title` names the template and is the subject. `next_action` and `next_at` say what happens if nothing is paid;
    both are empty when nothing more happens. `detail` is the decline's message or the payment's id.
    """

    title: str
    policy: str
    zone: str
    due: date
    balance: Money
    next_action: str = ""
    next_at: Instant | None = None
    amount: Money | None = None
    happened_at: Instant | None = None
    detail: str = ""
    level: Level = Level.ACTIVE


class RestrictOrder(Order):
    """Bring the account's services to `level`; also used to deactivate. `services` are kinds, empty means all.

    `voids` marks the invoice as no longer payable (S2-10). `held` is what this invoice's hold asked for before.
    """

    level: Level
    held: Level = Level.ACTIVE
    services: tuple[str, ...] = ()
    reason: str = "non-payment"
    voids: bool = False


class ReinstateOrder(Order):
    """Lift this invoice's hold, and that of `renews`, the invoice whose lapsed service this one pays for again.

    `today` is the account's local date: invoices due before it are past due.
    """

    today: date
    rule: Rule
    renews: str = ""


class DeleteOrder(Order):
    """Delete the account's services of these kinds (empty means all), or only their back-ups."""

    services: tuple[str, ...] = ()
    backups: bool = False


class MoveDueOrder(Order):
    """The invoice's due date was changed: the account's other invoices need to know."""

    due: date


class TicketOrder(Order):
    """Open a ticket for a person. The step makes it idempotent.

    Money that could not be counted is credited to the account in the same breath, under its payment's id.
    """

    department: str = "Billing"
    subject: str
    body: str
    credit_id: str = ""
    credit: Money | None = None


class CloseOrder(Order):
    """Close the books: the final ledger, and what goes to the account as credit."""

    outcome: str
    policy: str
    due: date
    entries: tuple[Entry, ...]
    balance: Money
    level: Level = Level.ACTIVE
