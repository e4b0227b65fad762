"""A plan: the dated steps of one invoice, compiled once from a policy. It travels as data in the workflow's input."""

import operator
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from pydantic import Field

from dunning.holds import Rule
from dunning.level import Level
from dunning.line import Line
from dunning.money import Money
from dunning.policy.fee import Fee
from dunning.policy.invoice_number import InvoiceNumber
from dunning.wire import Instant, Wire


class Action(StrEnum):
    """What a step does: as a milestone of a policy, or because facts ask for it."""

    ISSUE = "issue"
    CHARGE = "charge"
    NOTIFY = "notify"
    LATE_FEE = "late_fee"
    WARN_ADMINS = "warn_admins"
    LOCK = "lock"
    SUSPEND = "suspend"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    DELETE_BACKUPS = "delete_backups"
    CREDIT = "credit"
    CARRY = "carry"
    REFUND = "refund"
    REINSTATE = "reinstate"
    TICKET = "ticket"
    MOVE_DUE = "move_due"
    REOPEN = "reopen"
    USE_CREDIT = "use_credit"
    CLOSE = "close"
    LOOSEN = "loosen"
    CARD = "card"
    ASK = "ask"


class Trait(NamedTuple):
    """What is decided about an action. A new one has to have its line in `TRAITS`.

    `milestone`: a policy may name it. `level`: what a step brings the services to. `consequence`: nobody may suffer it
    without a delivered warning. `dropped`: it is not tried again once everything is paid.
    """

    milestone: bool = False
    level: Level | None = None
    consequence: bool = False
    dropped: bool = False


TRAITS: dict[Action, Trait] = {
    Action.ISSUE: Trait(milestone=True, dropped=True),
    Action.CHARGE: Trait(milestone=True, dropped=True),
    Action.NOTIFY: Trait(milestone=True, dropped=True),
    Action.LATE_FEE: Trait(milestone=True, consequence=True, dropped=True),
    Action.WARN_ADMINS: Trait(milestone=True, level=Level.WARNED, dropped=True),  # itself a warning
    Action.LOCK: Trait(milestone=True, level=Level.LOCKED, consequence=True, dropped=True),
    Action.SUSPEND: Trait(milestone=True, level=Level.SUSPENDED, consequence=True, dropped=True),
    Action.DEACTIVATE: Trait(milestone=True, level=Level.INACTIVE, consequence=True, dropped=True),
    Action.DELETE: Trait(milestone=True, level=Level.DELETED, consequence=True, dropped=True),
    Action.DELETE_BACKUPS: Trait(milestone=True, consequence=True, dropped=True),
    Action.LOOSEN: Trait(dropped=True),
    Action.CREDIT: Trait(),
    Action.CARRY: Trait(),
    Action.REFUND: Trait(),
    Action.REINSTATE: Trait(),
    Action.TICKET: Trait(),
    Action.MOVE_DUE: Trait(),
    Action.REOPEN: Trait(),
    Action.USE_CREDIT: Trait(),
    Action.CLOSE: Trait(),
    Action.CARD: Trait(dropped=True),
    Action.ASK: Trait(dropped=True),
}
MILESTONE_ACTIONS = tuple(action for action in Action if TRAITS[action].milestone)
CONSEQUENCES = tuple(action for action in Action if TRAITS[action].consequence)
EXEMPTED = tuple(action for action in CONSEQUENCES if action is not Action.LATE_FEE)
"""What waits until an exemption is over; fees are asked for as ever."""
WRITTEN = (Action.CREDIT, Action.CARRY)
"""What is only a line in the ledger: nobody is asked for it."""
DELETIONS = (Action.DELETE, Action.DELETE_BACKUPS)
LEVEL_OF = {action: level for action in Action if (level := TRAITS[action].level)}
"""The level that a step brings the services to."""
DROPPED = tuple(action for action in Action if TRAITS[action].dropped)


class Invoice(Wire):
    """What is asked of a customer. Dates are calendar dates in the plan's zone.

    `customer` is a display name for operators. `paid_through` is the last day already paid for (default: the due
    date). `renews` names an older invoice whose lapsed service this one pays for again (S2-12, S2-13). `pays_for` are
    the ids of the services that it pays for; none named: all of the account's. `lines` say what `amount` is made of,
    for the customer to read; none: nobody has said.
    """

    number: InvoiceNumber
    account: str
    customer: str = ""
    amount: Money
    due: date
    paid_through: date | None = None
    renews: str = ""
    pays_for: tuple[str, ...] = ()
    lines: tuple[Line, ...] = Field(default=(), exclude_if=operator.not_)


class Milestone(Wire):
    """One dated step. `day` counts calendar days from the due date; `at` is the instant, before any shift.

    `notice` is the title of the mail that goes with it; a charge has one for a decline and one for "no method on
    file" instead. `approvals` is how many people must agree first. `voids`: the invoice stops being payable.
    `warns_of` are the names of the consequences that its notice announces, each with its date and fee: only after such
    a notice may they follow.
    """

    name: str
    action: Action
    at: Instant
    day: int
    notice: str = ""
    notice_failed: str = ""
    notice_no_method: str = ""
    fee: Fee | None = None
    fee_without_attempt: bool = True
    approvals: int = 0
    voids: bool = False
    services: tuple[str, ...] = ()
    warns_of: tuple[str, ...] = ()


class Excess(StrEnum):
    """What becomes of money beyond the balance."""

    CREDIT = "credit"
    REFUND = "refund"


class OpenCredit(StrEnum):
    """When the account's credit pays an invoice that is open already."""

    WHEN_DUE = "when-due"
    AT_ONCE = "at-once"
    NEVER = "never"


class TakenBack(Wire):
    """What happens when money is taken back so that something is owed again.

    `grace` is how many calendar days nothing happens then; `notice` is the title of the notice that says so.
    `chargeback` is the level that a chargeback brings at once; None waits for the grace like everything else.
    """

    grace: int
    notice: str = ""
    chargeback: Level | None = None


class WhenFailed(StrEnum):
    """What becomes of the timeline when a payment of a processor's subscription fails."""

    WAIT = "wait"
    TAKE_OVER = "take-over"


class Awaits(Wire):
    """Payments that a processor's subscription is about to bring.

    One that is expected within `days` is awaited; 0: none is. `take_over`: once one failed, nothing waits for the
    processor's own retries.
    """

    days: int = 0
    take_over: bool = False


class Restoration(Wire):
    """What a customer may buy back after the deletion, and for how much (S3-25, S4-13).

    `backup_fee`: from a back-up, if one exists. `archive_fee`: from the archive, which outlives the back-ups. None: it
    is not offered. `notice` is the title of the notice that says so once the services are deleted.
    """

    backup_fee: Money | None = None
    archive_fee: Money | None = None
    notice: str = ""


class Plan(Wire):
    """Everything a running case needs of its policy; it keeps the plan that it began with.

    `unwarned`: the policy says in so many words that consequences may come without a warning.
    `charges_new_method`: a new payment method is tried once, at once. `most_attempts`: so many automatic attempts
    an invoice gets, whatever happens (S3-15); None leaves it to the milestones. `uses_credit`: what is owed again is
    paid from the account's credit first. `open_credit`: when credit that comes later pays this invoice. `taken_back`
    says what happens when a payment is taken back, `restoration` what can be bought back after the deletion. `digest`:
    the account's notices of one day go out as one mail. `least_balance`: what is owed has no consequence unless it is
    more than that (`dunning.payments.dust`). `only_in_hours_of` is the department in whose open hours alone
    consequences come; empty: at any hour. `repeated_warning` is the title of the notice that warns again when no
    warning arrived, or none counts any more. `awaits`: steps wait for a payment that a processor is about to bring.
    `expiry_notices`: so many days before its end a card is told of that ends before the next charge, by the notice
    titled `expiry_notice`; the same title is that of a charge for which the card was over.
    """

    policy: str
    version: str = ""
    zone: str
    milestones: tuple[Milestone, ...]
    taken_back: TakenBack
    restoration: Restoration = Restoration()
    rule: Rule = Rule.THIS_INVOICE
    reactivation_fee: Fee | None = None
    payment_notice: str = ""
    excess: Excess = Excess.CREDIT
    unwarned: bool = False
    charges_new_method: bool = False
    most_attempts: int | None = None
    expiry_notices: tuple[int, ...] = ()
    expiry_notice: str = ""
    uses_credit: bool = False
    open_credit: OpenCredit = OpenCredit.WHEN_DUE
    least_balance: Money | None = None
    digest: bool = False
    repeated_warning: str = ""
    awaits: Awaits = Awaits()
    only_in_hours_of: str = Field(default="", exclude_if=operator.not_)

    @cached_property
    def _by_name(self) -> dict[str, Milestone]:
        return {milestone.name: milestone for milestone in self.milestones}

    def milestone(self, name: str) -> Milestone | None:
        """The milestone of that name; None for a follow-up, which no policy dates."""
        return self._by_name.get(name)
