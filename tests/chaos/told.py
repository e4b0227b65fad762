"""What was told at the doors in a life: money of other processors, what the portal said of it, and what people did."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from dunning.records.credit import Credit
from dunning.windows.outage import Outage
from dunning.windows.window import Window
from tests.chaos.on_file import OnFile


@dataclass
class BankPayment:
    """Money by another processor. `back` and `again` are the ids of what took it and gave it again."""

    id: str
    invoice: str
    minor: int
    currency: str
    told: bool = False
    back: str = ""
    again: str = ""

    @property
    def net(self) -> int:
        """What of it stayed with us, in minor units: nothing went that never came."""
        return (self.minor - (self.minor if self.back else 0) + (self.minor if self.again else 0)) if self.told else 0


@dataclass(frozen=True)
class ExemptSaid:
    """Whom somebody exempted (`service` empty: the account), until when (None: no more), and all cases' times then."""

    service: str
    until: date | None
    at: dict[str, datetime]


@dataclass
class WindowSaid:
    """A window as it was set, all cases' times then, and when it was called off; nothing: it was not."""

    window: Window
    at: dict[str, datetime]
    cancelled: dict[str, datetime] = field(default_factory=dict[str, datetime])


@dataclass
class OutageSaid:
    """An outage, all cases' times when it was written down, and those before and after it was struck out, if it was."""

    outage: Outage
    at: dict[str, datetime]
    striking: dict[str, datetime] = field(default_factory=dict[str, datetime])
    struck: dict[str, datetime] = field(default_factory=dict[str, datetime])


@dataclass
class Sale:
    """What a company's own subscription took from the customer. `back`: that was given back there, or a part of it."""

    id: str
    minor: int
    back: bool = False


@dataclass
class Expected:
    """When such a subscription is to pay next (None: never, or nobody knows), in which cases' times it says so."""

    at: datetime | None
    since: dict[str, datetime]
    until: dict[str, datetime] = field(default_factory=dict[str, datetime])


@dataclass
class Told:
    """Of one life."""

    bank: list[BankPayment] = field(default_factory=list[BankPayment])
    nothing_owed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """Invoices that were known to owe nothing, by the portal's own answer, from then on."""
    murky: bool = False
    """Money went, or may go: from then on nobody here knows when an invoice owes nothing."""
    done: list[str] = field(default_factory=list[str])
    """In words, for the person who looks at a life that went wrong."""
    broke: list[str] = field(default_factory=list[str])
    disputed: bool = False
    held: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Holds of people that are not lifted, by source and service."""
    ever_held: bool = False
    """Somebody held something once: a panel that keeps no reasons does not show that it was a person."""
    agreed: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """People who agreed to a deletion, each once, by invoice."""
    not_agreed: int = 0
    """Commands by which somebody agreed who may not."""
    merged: str = ""
    """The user of the service that the account has into which this one was merged."""
    exempt: list[ExemptSaid] = field(default_factory=list[ExemptSaid])
    windows: list[WindowSaid] = field(default_factory=list[WindowSaid])
    outages: list[OutageSaid] = field(default_factory=list[OutageSaid])
    bygones: frozenset[str] = frozenset()
    """Ids of windows that were cancelled before the life began."""
    struck_before: tuple[Outage, ...] = ()
    """Outages that were struck out before."""
    sales: list[Sale] = field(default_factory=list[Sale])
    expected: list[Expected] = field(default_factory=list[Expected])
    stopped: bool = False
    """Its subscription at a company takes nothing any more."""
    slips: set[str] = field(default_factory=set[str])
    """Ids of money that a person mistyped, and that was refused: no books may have them."""
    came_back: set[str] = field(default_factory=set[str])
    """Message-IDs of notices that really came back."""
    forged: int = 0
    """Reports that only the customer wrote."""
    unchecked: int = 0
    """Reversals of a payment that nobody knows that were kept at once: no worker could tell."""
    wrong: list[str] = field(default_factory=list[str])
    """What a door answered that it must not answer."""
    clocks: dict[str, datetime] = field(default_factory=dict[str, datetime])
    cards: OnFile = field(default_factory=OnFile)
    came: Counter[str] = field(default_factory=Counter[str])
    """What came about that the checks look at, so that a run shows that they had something to see."""
    credit: dict[str, int] = field(default_factory=dict[str, int])
    """What people added to the account's credit, and paid out: minor units of USD, by line."""

    def keep_credit(self, line: Credit) -> None:
        self.credit[line.id] = line.amount.minor
        self.done.append(line.reason + f" ({line.amount})")

    def owes_nothing(self, invoice: str, at: datetime) -> None:
        if not self.murky:
            self.nothing_owed.setdefault(invoice, at)

    def money_may_go(self) -> None:
        self.murky = True
        self.nothing_owed.clear()
