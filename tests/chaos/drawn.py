"""What a life is made of as it is drawn: kinds of facts and faults, and the data of one life."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

LONGEST = 125
"""Days from the first due date after which nobody looks any more."""

ActKind = Literal[
    "pays by bank", "pays on the page", "pays directly", "tells again", "refund", "part of it refunded", "dispute",
    "dispute won", "dispute lost", "bank takes back", "bank takes back before it was told", "bank gives back",
    "debit ends well", "debit comes back", "promise", "waiver", "late fee waived", "due date", "hold", "hold lifted",
    "undo", "approval", "second approval", "new card", "card that declines", "no card", "void", "events swapped",
    "events late", "events doubled", "events lost", "credit added", "credit used", "credit paid out", "goodwill",
    "refused charge again", "refused charge left out", "card that ends", "pays in another currency by command",
    "takes back by command what nobody knows", "what was waited for comes", "cancellation asked",
    "terminated and recovered", "exempted", "accounts merged", "window set", "window cancelled", "renewal paid",
    "renewals changed", "renewals paused", "renewals cancelled", "replanned", "outage written down", "outage seen",
    "outage struck out", "processor pays", "processor tells again", "processor payment fails", "processor refunds",
    "processor stops", "bounce forged", "notice comes back", "stranger answers a notice",
    "approves in another spelling", "approves and may not",
    "stranger tells of money", "stranger decides",
]  # fmt: skip
Department = Literal["billing", "support"]
Share = Literal["right", "part", "too much", "wrong currency", "whole", "all but some cents"]
FaultKind = Literal[
    "worker killed", "worker frozen", "worker frozen for long", "frozen in a call", "frozen before a call",
    "portal killed", "store locked", "panel down", "panel lies", "gateway down", "gateway answers late", "mail down",
    "mail answer lost", "connections cut", "nobody let in", "answers lost", "network slow",
]  # fmt: skip
Link = Literal["payments", "panel", "smtp", "temporal", "portal"]
ACTS: tuple[ActKind, ...] = get_args(ActKind)
FAULTS: tuple[FaultKind, ...] = get_args(FaultKind)
AT_WORKERS: tuple[FaultKind, ...] = (
    "worker killed", "worker frozen", "worker frozen for long", "frozen in a call", "frozen before a call",
)  # fmt: skip


@dataclass(frozen=True)
class DrawnFee:
    """A late fee so many days `after` the notice that warns of it; all amounts are minor units of USD.

    `percent` as a policy writes it, within `minimum` and `maximum` (0: none); without one, the `fixed` amount.
    """

    after: int
    percent: str = ""
    minimum: int = 0
    maximum: int = 0
    fixed: int = 0


@dataclass(frozen=True)
class DrawnInvoice:
    """One invoice. `due` are days after the first one's; `charges` is what the gateway does with its charges.

    `service` is the one that it pays for; a number that the account has not means all of them. `fees` replace those of
    its policy; none: it keeps them. `moved_in`: another system dunned it until today; it may be past due. Its
    policy restricts only while the department `in_hours` is there; None: at any hour. It says what it is for in so many
    `lines`. `by_two`: its deletion takes two people.
    """

    policy: str
    minor: int
    due: int
    charges: tuple[str, ...]
    service: int
    fees: tuple[DrawnFee, ...] = ()
    moved_in: bool = False
    in_hours: Department | None = None
    lines: int = 0
    by_two: bool = False


@dataclass(frozen=True)
class DrawnRenewals:
    """A subscription for all of the account's services; `first` is its first renewal, in days after the first due date.

    `charges` is what the gateway does with its invoices' charges, behind those of the life's other ones.
    """

    policy: str
    minor: int
    first: int
    period: str
    charges: tuple[str, ...]


@dataclass(frozen=True)
class DrawnProcessor:
    """A subscription that a company runs for the account: it takes `minor` units of USD on those `days`.

    Days are counted from the first due date; after the last one it says that it pays `every` so many days.
    """

    company: Literal["stripe", "paypal"]
    minor: int
    days: tuple[int, ...]
    every: int


@dataclass(frozen=True)
class Act:
    """What somebody does on a day counted from the first due date.

    `meanwhile` seconds after the time up to that day began to pass; None: when all of the day's steps are over. `pick`
    chooses among what is there then.
    """

    day: int
    kind: ActKind
    invoice: int
    meanwhile: float | None
    pick: float
    share: Share = "right"
    days: int = 0
    twice: bool = False


@dataclass(frozen=True)
class Fault:
    """What breaks `after` seconds into the passing of the time up to that day, for so many `seconds`."""

    day: int
    kind: FaultKind
    after: float
    seconds: float
    which: int
    link: Link
    how: str = ""


@dataclass(frozen=True)
class DrawnLife:
    """One account. Its card ends with the month that is so many after that of the first due date; None: in years."""

    seed: int
    panel: str
    services: int
    card: str
    card_ends: int | None
    mail: Literal["", "refused", "greylisted"]
    invoices: tuple[DrawnInvoice, ...]
    acts: tuple[Act, ...]
    faults: tuple[Fault, ...]
    renews: DrawnRenewals | None = None
    processor: DrawnProcessor | None = None
    zone: str = ""

    def calm(self) -> "DrawnLife":
        """The same life, and nobody takes a task from a worker."""
        return replace(self, faults=tuple(f for f in self.faults if f.kind not in AT_WORKERS and f.link != "temporal"))

    @property
    def days(self) -> list[int]:
        """The days on which the life is looked at: something happens, or a while has passed."""
        return sorted({*(a.day for a in self.acts), *(f.day for f in self.faults), *range(-10, LONGEST, 15), LONGEST})
