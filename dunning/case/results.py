"""What activities answer. A refusal is a value; only an outage is an exception, and Temporal retries that."""

from typing import Annotated, Literal

from pydantic import Field

from dunning.case.announced import Announcement
from dunning.case.facts import CardOnFile, Exemption, Payment, Restored, Reversal
from dunning.case.ledger import Entry
from dunning.level import Level
from dunning.money import Money
from dunning.wire import Instant, Wire


class Charged(Wire):
    """The money moved."""

    kind: Literal["charged"] = "charged"
    payment: str
    amount: Money
    at: Instant
    method: str = ""


class Pending(Wire):
    """A debit is on its way; it settles or returns days later. Ask again at `ask_at`."""

    kind: Literal["pending"] = "pending"
    payment: str
    ask_at: Instant


class Declined(Wire):
    """The company said no. `code` is the company's; `message` may be shown to the customer.

    `advice` is what the company advises (Stripe's `advice_code`). `final`: this payment method must not be tried again.
    """

    kind: Literal["declined"] = "declined"
    code: str
    message: str = ""
    advice: str = ""
    final: bool = False
    payment: str = ""


class Refused(Wire):
    """The company calls the request malformed, so it asked nobody for money: our mistake, never the customer's.

    `code` is the company's; `reason` says for staff what to mend. `said` are the company's own words: they are for the
    ticket, and stay out of histories and logs, because they may repeat what we sent.
    """

    kind: Literal["refused"] = "refused"
    code: str
    reason: str
    said: str = Field(default="", exclude=True, repr=False)


class Unknown(Wire):
    """The company has not said what became of the attempt. Never guessed: ask again at `ask_at`."""

    kind: Literal["unknown"] = "unknown"
    ask_at: Instant


class NoMethod(Wire):
    """There is no valid payment method on file, so no attempt was made (S3-09). `reason` says it for the customer."""

    kind: Literal["no_method"] = "no_method"
    reason: str = ""


class Found(Wire):
    """The company has money for this invoice that the case has not heard of: nothing was done, decide again.

    `payments` arrived. `underway` are ids of payments of the customer's own that have not ended. `reversals` and
    `restored`: of money that the case has, told before that had come, or never told to the case.
    """

    kind: Literal["found"] = "found"
    payments: tuple[Payment, ...] = ()
    underway: tuple[str, ...] = ()
    reversals: tuple[Reversal, ...] = ()
    restored: tuple[Restored, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether there is anything."""
        return any((self.payments, self.underway, self.reversals, self.restored))


class Skipped(Wire):
    """The rules left the step out; nobody was asked."""

    kind: Literal["skipped"] = "skipped"
    reason: str


ChargeResult = Annotated[
    Charged | Pending | Declined | Refused | Unknown | NoMethod | Found, Field(discriminator="kind")
]


class Refunded(Wire):
    """The money went back."""

    kind: Literal["refunded"] = "refunded"
    refund: str
    amount: Money


class Delivered(Wire):
    """The receiving mail server took the notice; `notice` is its id in the archive. `announced`: it warns of that.

    `card` was on file when an invoice went out; `card_unknown`: the gateway did not say.
    """

    kind: Literal["delivered"] = "delivered"
    notice: str
    announced: Announcement | None = None
    card: CardOnFile | None = None
    card_unknown: bool = False


class Looked(Wire):
    """What is on file was looked at. `told`: a notice that the card ends was ordered."""

    kind: Literal["looked"] = "looked"
    card: CardOnFile
    told: bool = False


class Undelivered(Wire):
    """No address of the account took the notice. It counts as not sent: it warns nobody."""

    kind: Literal["undelivered"] = "undelivered"
    notice: str
    reason: str


class Restricted(Wire):
    """The panel shows the account's services at `level` (or stricter, when another hold asks for it).

    `proof` says what was seen from outside; empty when nothing is looked at.
    """

    kind: Literal["restricted"] = "restricted"
    level: Level
    proof: str = ""


class Reinstated(Wire):
    """This invoice's hold is gone, and the panel shows `level`. `remaining` names the holds that keep it there."""

    kind: Literal["reinstated"] = "reinstated"
    level: Level
    remaining: tuple[str, ...] = ()
    proof: str = ""


class Loosened(Wire):
    """This invoice's hold asks for no more than `level`, and the panel shows what all holds ask for.

    `remaining` names the holds that keep the services restricted all the same.
    """

    kind: Literal["loosened"] = "loosened"
    level: Level
    remaining: tuple[str, ...] = ()
    proof: str = ""


class Deleted(Wire):
    """The panel no longer knows the services; `services` were deleted.

    `backups`: whether back-ups of them are still there; None: nobody can say. `proof` as above.
    """

    kind: Literal["deleted"] = "deleted"
    services: tuple[str, ...] = ()
    backups: bool | None = None
    proof: str = ""


class NotOurs(Wire):
    """This invoice's hold is gone (a renewal was paid), so nothing was restricted or deleted."""

    kind: Literal["not_ours"] = "not_ours"
    reason: str


class Deferred(Wire):
    """Not now: try again at `until`, for `reason`.

    `unreached`: no warning reached an address that can still be written to, so none counts, and it is written again.
    `exempt`: the account turned out to be exempt, and the case has not heard of it.
    `waits_for` is the news that was accepted, may be of money, and has not reached the case; empty: it waits for none.
    `outage_days`: by so many days in all outages moved the step since it was asked for first.
    """

    kind: Literal["deferred"] = "deferred"
    until: Instant
    reason: str
    unreached: bool = False
    waits_for: str = ""
    outage_days: int = 0
    exempt: Exemption | None = None


class Noted(Wire):
    """It is written down: a fee in the ledger, a ticket, closed books."""

    kind: Literal["noted"] = "noted"
    note: str = ""


class Remembered(Wire):
    """The books were closed before with lines that this case has not: they are its own, too, and nothing was closed."""

    kind: Literal["remembered"] = "remembered"
    entries: tuple[Entry, ...]


class StillHeld(Wire):
    """The books were not closed: this invoice's hold still asks for `level`, though nothing is owed any more.

    Another invoice had handed it over, by another clock.
    """

    kind: Literal["still_held"] = "still_held"
    level: Level


class Overtaken(Wire):
    """A newer order of this case had been there (`dunning.case.fence`), so this one changed nothing.

    Nobody hears that of a worker that was frozen, because its try is over for the server. A case that does hear it is
    the one that runs: it was started from an earlier state than the store has seen. It goes on as `generation`.
    """

    kind: Literal["overtaken"] = "overtaken"
    generation: int


class Abandoned(Wire):
    """The step lost its reason while it was tried: money came. Nothing is known of what the last try did."""

    kind: Literal["abandoned"] = "abandoned"


class Credited(Wire):
    """So much of the account's credit was taken for this invoice; nothing when there was none."""

    kind: Literal["credited"] = "credited"
    amount: Money


RefundResult = Annotated[Refunded | Declined, Field(discriminator="kind")]
NoticeResult = Annotated[Delivered | Undelivered | Deferred, Field(discriminator="kind")]
RestrictResult = Annotated[Restricted | Deferred | NotOurs | Found | Overtaken, Field(discriminator="kind")]
DeleteResult = Annotated[Deleted | Deferred | NotOurs | Found | Overtaken, Field(discriminator="kind")]
ReinstateResult = Annotated[Reinstated | Overtaken, Field(discriminator="kind")]
LoosenResult = Annotated[Loosened | NotOurs | Overtaken, Field(discriminator="kind")]
CloseResult = Annotated[Noted | Remembered | StillHeld | Found | Overtaken, Field(discriminator="kind")]
ReopenResult = Annotated[Noted | Remembered | Overtaken, Field(discriminator="kind")]
MoveDueResult = Annotated[Noted | Overtaken, Field(discriminator="kind")]
AskResult = Annotated[Noted | Found | Deferred | Overtaken, Field(discriminator="kind")]
ChargeAnswer = Annotated[
    Charged | Pending | Declined | Refused | Unknown | NoMethod | Found | Deferred | Overtaken,
    Field(discriminator="kind"),
]
"""What the activity answers: a gateway's result, that nobody is charged now, or that the order was overtaken."""
Result = (
    Charged | Pending | Declined | Unknown | NoMethod | Refunded | Delivered | Undelivered
    | Restricted | Reinstated | Deleted | NotOurs | Deferred | Noted | Abandoned | Found | Remembered | Skipped
    | Credited | Loosened | StillHeld | Overtaken | Refused | Looked
)  # fmt: skip
