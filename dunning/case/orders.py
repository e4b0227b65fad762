"""What the workflow asks of activities: one frozen object each, with ids and the instant, never the whole case."""

import operator
from datetime import date, datetime

from pydantic import Field

from dunning.case.announced import Announcement
from dunning.case.case import Case
from dunning.case.closure import Closure
from dunning.case.deadline import Deadline
from dunning.case.facts import CardOnFile
from dunning.case.fence import Fence
from dunning.case.habit import Habit
from dunning.case.ledger import Entry
from dunning.case.outcomes import Ending
from dunning.case.road import AT_ONCE, Ahead
from dunning.coverage import Coverage
from dunning.holds import Rule
from dunning.level import Level
from dunning.line import Line
from dunning.money import Money
from dunning.policy.plan import Action, Awaits
from dunning.policy.step_names import charge_key, key
from dunning.wire import Instant, Wire


class Order(Wire):
    """What every order says. `step` is the milestone's name; `at` is the workflow's own time, the only clock.

    `generation` and `number` say how new it is (`dunning.case.fence`); both are 0 for an order of no case's, such as a
    notice about a hold, which overtakes nothing. `snapshot` is the case as it was then (`dunning.case.snapshot`), for
    the table of open cases and for the days that a notice names. `awaits`: the step may wait for a payment that a
    processor is about to bring (`dunning.payments.awaited`).
    """

    invoice: str
    account: str
    step: str
    at: Instant
    generation: int = 0
    number: int = 0
    snapshot: str = ""
    awaits: Awaits | None = None

    @property
    def fence(self) -> Fence:
        """How new it is, for whoever writes by it."""
        return Fence(self.invoice, self.generation, self.number)

    @property
    def key(self) -> str:
        """The idempotency key, `<invoice>:<milestone>`: the same for every retry, never random."""
        return key(self.invoice, self.step)


class ChargeOrder(Order):
    """Charge the account's payment method. `attempt` counts from 1; asking again about one keeps its number.

    A new one begins when the gateway refused the one before as malformed.

    `ask_only`: nothing is owed any more, so only ask what became of the attempt; `amount` then moves nothing.
    `payment` names a payment that the customer began without us: ask about that one. `today` is the account's local
    date, on which a card may be over. `known` are the ids of money that the case has; the company is asked for other
    money first. `taken_back` are the ids of what was taken back of it and has not come again, as far as the case has
    heard; `heard` those of all that it heard of money taken back.
    """

    amount: Money
    attempt: int = 1
    ask_only: bool = False
    payment: str = ""
    today: date | None = None
    known: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`<invoice>:<milestone>:<attempt>`."""
        return charge_key(self.invoice, self.step, self.attempt)


class RefundOrder(Order):
    """Refund `amount` of one payment."""

    payment: str
    amount: Money


class Told(Wire):
    """One of several payments that a notice names."""

    id: str
    amount: Money
    at: Instant


class HeldFor(Wire):
    """An invoice that restricts services, by their ids; none: all of the account's. `payable`: paying it ends that."""

    invoice: str
    services: tuple[str, ...] = ()
    payable: bool = True


class NoticeOrder(Order):
    """Write to the account's contacts.

    `title` names the template and is the subject. `road` is all that happens if nothing is paid, in order; of it the
    notice itself has to announce the steps `warns_of`. `announced` is what that comes to. `missed_at`: a notice of that
    time did not arrive, and this one is written in its place. `fees_today` are those that were added on the customer's
    own day; those to come on it stand on the road. `lapsed`: the policy voided the invoice. `carried` is a rest of it
    that goes to the account's next invoice. `detail` is the decline's message or the payment's id;
    `untried`: it is why no charge was tried, so none failed. When it is about
    several payments, `payments` has each, `amount` their sum, and
    `happened_at` is when the last one came. `remaining` are the holds that no payment of this invoice lifts (S2-17).
    `held_for` is looked up when a receipt is written: the account's other invoices that keep services restricted then.
    `before_deletion`: it is the last notice before the services are deleted, so it says whether a back-up exists
    (S3-26). `deleted`: they are gone. `backups`: whether there is a back-up after the deletion; None: nobody has said.
    `backup_fee` and `archive_fee` are what a restore costs after that; None: it is not offered. `covers` are the
    services that the plan suspends. `digest`: the account's notices of a day go out as one. `look`: what is on file is
    looked at, too, because it will be charged. `moved_days`: by so many an outage put off what was to come at
    `happened_at`. `card` is the one that the notice is about, `over` when its time is
    over; `page` then names the invoice on whose page another one is kept. `expected_at` is looked up when it is
    written: then the customer's own subscription at a processor pays next. So are `closures`: the maintenance
    windows that it tells of. `lines` are what the invoice is for. `habit` is what the notice about a payment date tells
    of.
    """

    title: str
    policy: str
    zone: str
    due: date
    balance: Money
    road: tuple[Ahead, ...] = ()
    announced: Announcement | None = None
    missed_at: Instant | None = None
    fees_today: Money | None = None
    lapsed: bool = False
    carried: Money | None = None
    amount: Money | None = None
    payments: tuple[Told, ...] = ()
    happened_at: Instant | None = None
    detail: str = ""
    untried: bool = False
    level: Level = Level.ACTIVE
    remaining: tuple[str, ...] = ()
    held_for: tuple[HeldFor, ...] = ()
    before_deletion: bool = False
    deleted: bool = False
    backups: bool | None = None
    backup_fee: Money | None = None
    archive_fee: Money | None = None
    covers: Coverage = Coverage()
    digest: bool = False
    look: bool = False
    moved_days: int = 0
    page: str = ""
    expected_at: Instant | None = Field(default=None, exclude_if=operator.not_)
    card: CardOnFile | None = None
    over: bool = False
    lines: tuple[Line, ...] = Field(default=(), exclude_if=operator.not_)
    habit: Habit | None = Field(default=None, exclude_if=operator.not_)
    closures: tuple[Closure, ...] = Field(default=(), exclude_if=operator.not_)

    @property
    def next(self) -> Ahead | None:
        """What happens next that a payment can still stop; None when nothing more does.

        What comes with the notice itself, like a fee on that very day, is over before anybody reads it.
        """
        return next((each for each in self.road if each.at - self.at > AT_ONCE), None)

    @property
    def at_once(self) -> tuple[Ahead, ...]:
        """What comes together with the notice, fees aside: these are told as fees of the day."""
        return tuple(e for e in self.road if e.at - self.at <= AT_ONCE and e.action is not Action.LATE_FEE)

    @property
    def next_action(self) -> str:
        """What that does; empty when nothing more happens."""
        return self.next.action.value if self.next else ""

    @property
    def next_at(self) -> datetime | None:
        """When that is."""
        return self.next.at if self.next else None


class RestrictOrder(Order):
    """Bring the services that it `covers` to `level`; also used to deactivate.

    `voids` marks the invoice as no longer payable (S2-10). `held` is what this invoice's hold asked for before.
    `known`, `taken_back` and `heard` as in ChargeOrder. `warnings` are the notices that warned of it; None: it needs
    none. `waited_out` is accepted news that it waits for no longer. `today` is the account's local date: it
    may be exempt on that. `deadline` is the customer's; None: it had none.
    """

    level: Level
    today: date
    held: Level = Level.ACTIVE
    covers: Coverage = Coverage()
    reason: str = "non-payment"
    voids: bool = False
    known: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    warnings: tuple[str, ...] | None = None
    waited_out: tuple[str, ...] = ()
    deadline: Deadline | None = None


class ReinstateOrder(Order):
    """Lift this invoice's hold, and that of `renews`, the invoice whose lapsed service this one pays for again.

    `today` is the account's local date: invoices due before it are past due. `covers` are the invoice's own services.
    """

    today: date
    rule: Rule
    renews: str = ""
    covers: Coverage = Coverage()


class LoosenOrder(Order):
    """Bring this invoice's hold down from `held` to `level`, though nothing was paid: it was tightened by mistake.

    `covers` are the services that the plan restricts at that level.
    """

    level: Level
    held: Level
    covers: Coverage = Coverage()


class DeleteOrder(Order):
    """Delete the services that it `covers`, or only their back-ups.

    `known`, `taken_back`, `heard`, `warnings`, `waited_out`, `today` and `deadline` as above.
    """

    today: date
    covers: Coverage = Coverage()
    backups: bool = False
    known: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    warnings: tuple[str, ...] | None = None
    waited_out: tuple[str, ...] = ()
    deadline: Deadline | None = None


class AskOrder(Order):
    """Ask the gateway for money of this invoice other than the `known` payments, before a fee is added.

    `taken_back` and `heard` as in ChargeOrder.
    """

    known: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()


class CardOrder(Order):
    """Look at what is on file. With a `card` that ends, tell its owner, unless something else is on file by now.

    `days` before its end the notice is due. `title`, `policy`, `zone` and `due` are the notice's,
    `today` is the account's local date.
    """

    card: CardOnFile | None = None
    days: int = 0
    title: str = ""
    policy: str = ""
    zone: str = ""
    due: date
    today: date
    balance: Money


class MoveDueOrder(Order):
    """The invoice's due date was changed: the account's other invoices need to know."""

    due: date


class ReopenOrder(Order):
    """Money was taken back: the invoice is open again, for the account's other invoices, too.

    `entries` are the case's lines: a case that started again from books that were not the last hears of the others.
    """

    entries: tuple[Entry, ...] = ()


class CreditOrder(Order):
    """Take up to `amount` of the account's credit for what is owed again."""

    amount: Money


class CloseOrder(Order):
    """Close the books: the final ledger, and what goes to the account as credit.

    `case` is all that is known of it: from there the case starts again when money for it moves once more. A case may
    have thousands of lines, so nothing of it is said twice.
    """

    case: Case
    outcome: Ending

    @property
    def policy(self) -> str:
        """The policy's name."""
        return self.case.plan.policy

    @property
    def due(self) -> date:
        """The due date, as it was changed last."""
        return self.case.invoice.due

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The final ledger."""
        return self.case.entries

    @property
    def balance(self) -> Money:
        """What is owed at the end."""
        return self.case.balance

    @property
    def level(self) -> Level:
        """What the invoice's hold asks for at the end."""
        return self.case.level
