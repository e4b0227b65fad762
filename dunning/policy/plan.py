"""A plan: the dated steps of one invoice, compiled once from a policy. It travels as data in the workflow's input."""

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field

from dunning.holds import Rule
from dunning.level import Level
from dunning.money import Money
from dunning.wire import Instant, Wire


class Action(StrEnum):
    """What a step does. The first ten are a policy's milestones; the others follow from facts."""

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
    REFUND = "refund"
    REINSTATE = "reinstate"
    TICKET = "ticket"
    MOVE_DUE = "move_due"
    REOPEN = "reopen"
    USE_CREDIT = "use_credit"
    CLOSE = "close"
    LOOSEN = "loosen"


MILESTONE_ACTIONS = tuple(Action)[:10]
CONSEQUENCES = (
    Action.LATE_FEE,
    Action.LOCK,
    Action.SUSPEND,
    Action.DEACTIVATE,
    Action.DELETE,
    Action.DELETE_BACKUPS,
)
"""What nobody may suffer without a delivered warning. (Warning admins at login is itself a warning.)"""
DELETIONS = (Action.DELETE, Action.DELETE_BACKUPS)
LEVEL_OF = {
    Action.WARN_ADMINS: Level.WARNED,
    Action.LOCK: Level.LOCKED,
    Action.SUSPEND: Level.SUSPENDED,
    Action.DEACTIVATE: Level.INACTIVE,
    Action.DELETE: Level.DELETED,
}
"""The level that a step brings the services to."""

InvoiceNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Invoice(Wire):
    """What is asked of a customer. Dates are calendar dates in the plan's zone.

    `customer` is a display name for operators. `paid_through` is the last day already paid for (default: the due
    date). `renews` names an older invoice whose lapsed service this one pays for again (S2-12, S2-13).
    """

    number: InvoiceNumber
    account: str
    customer: str = ""
    amount: Money
    due: date
    paid_through: date | None = None
    renews: str = ""


class Milestone(Wire):
    """One dated step. `day` counts calendar days from the due date; `at` is the instant, before any shift.

    `notice` is the title of the mail that goes with it; a charge has one for a decline and one for "no method on
    file" instead. `approvals` is how many people must agree first. `voids`: the invoice stops being payable.
    `warns`: it writes to a customer whose payment is due, so that a consequence may follow.
    """

    name: str
    action: Action
    at: Instant
    day: int
    notice: str = ""
    notice_failed: str = ""
    notice_no_method: str = ""
    fee: Money | None = None
    fee_without_attempt: bool = True
    approvals: int = 0
    voids: bool = False
    services: tuple[str, ...] = ()
    warns: bool = False


class Excess(StrEnum):
    """What becomes of money beyond the balance."""

    CREDIT = "credit"
    REFUND = "refund"


class TakenBack(Wire):
    """What happens when money is taken back so that something is owed again.

    `grace` is how many calendar days nothing happens then; `notice` is the title of the notice that says so.
    `chargeback` is the level that a chargeback brings at once; None waits for the grace like everything else.
    """

    grace: int
    notice: str = ""
    chargeback: Level | None = None


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
    paid from the account's credit first. `taken_back` says what happens when a payment is taken back, `restoration`
    what can be bought back after the deletion. `digest`: the account's notices of one day go out as one mail.
    """

    policy: str
    version: str = ""
    zone: str
    milestones: tuple[Milestone, ...]
    taken_back: TakenBack
    restoration: Restoration = Restoration()
    rule: Rule = Rule.THIS_INVOICE
    reactivation_fee: Money | None = None
    payment_notice: str = ""
    excess: Excess = Excess.CREDIT
    unwarned: bool = False
    charges_new_method: bool = False
    most_attempts: int | None = None
    uses_credit: bool = False
    digest: bool = False

    @cached_property
    def _by_name(self) -> dict[str, Milestone]:
        return {milestone.name: milestone for milestone in self.milestones}

    def milestone(self, name: str) -> Milestone | None:
        """The milestone of that name; None for a follow-up, which no policy dates."""
        return self._by_name.get(name)
