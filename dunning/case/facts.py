"""Facts: what happened. Signals and updates bring them; they start nothing by themselves."""

from datetime import date
from typing import Literal

from pydantic import Field

from dunning.case.outcomes import AnswerOutcome
from dunning.money import Money
from dunning.policy.plan import Plan
from dunning.states import StateAt
from dunning.wire import Instant, Wire, Words


class Payment(Wire):
    """Money received. `id` is the payment's own id at its processor: the same id is never counted twice."""

    kind: Literal["payment"] = "payment"
    id: str = Field(min_length=1, max_length=200)
    amount: Money
    at: Instant
    method: str = ""


class Reversal(Wire):
    """A payment that was taken back (returned debit, refund, chargeback). `payment` is the id of the money in question.

    `chargeback`: the customer's bank took it in a dispute; a policy may restrict the services at once.
    """

    kind: Literal["reversal"] = "reversal"
    id: str = Field(min_length=1, max_length=200)
    payment: str = Field(min_length=1, max_length=200)
    amount: Money
    at: Instant
    reason: str = ""
    chargeback: bool = False


class Restored(Wire):
    """Money that had been taken back came again: a dispute was won. `reversal` is the id of what took it."""

    kind: Literal["restored"] = "restored"
    id: str = Field(min_length=1, max_length=200)
    reversal: str = Field(min_length=1, max_length=200)
    amount: Money
    at: Instant


class PaymentNews(Wire):
    """The company has news of a payment that is not over: it has to be asked.

    `started`: the customer began it without us (a bank debit on the pay page), so it is on its way from now on.
    """

    kind: Literal["payment-news"] = "payment-news"
    payment: str = Field(min_length=1, max_length=200)
    at: Instant
    started: bool = False


class MethodChanged(Wire):
    """The customer put a new payment method on file."""

    kind: Literal["method-changed"] = "method-changed"
    at: Instant
    note: str = ""


class CardOnFile(Wire):
    """The card that would be charged now. `id` is the same for the same card, `last4` the end of its number.

    `ends` is the last day on which it may be charged; None: it has no end that matters, such as a bank account.
    """

    id: str = ""
    last4: str = ""
    ends: date | None = None


class Bounced(Wire):
    """A notice that a mail server had taken came back. `notice` is its id, `step` that of the order it was written for.

    `at` is when the report came in, `reason` the report's status code (RFC 3463), such as 5.1.1.
    """

    kind: Literal["bounced"] = "bounced"
    notice: str = Field(min_length=1, max_length=400)
    step: str = ""
    at: Instant
    reason: str = ""


class Reconsider(Wire):
    """A person lets a step happen that was put off. `step` is that of the order which was put off."""

    step: str = Field(min_length=1, max_length=300)
    by: str = ""
    reason: str = ""


class Promise(Wire):
    """The customer will pay by the end of `until`, a date in the account's zone; no step happens before that.

    `reinstate`: a service that the invoice holds is given back until then.
    """

    kind: Literal["promise"] = "promise"
    until: date
    reinstate: bool = False
    by: str = ""


class Exemption(Wire):
    """The account, or a service that the invoice pays for, is exempt: nobody is restricted before `until` is over.

    `until` is a date in the account's zone; None: that is over now. `number` is how many changes the account had by
    then: of several the highest counts, whichever is heard of last.
    """

    kind: Literal["exemption"] = "exemption"
    until: date | None
    number: int = Field(ge=1)
    by: Words
    reason: Words


class AccountMerged(Wire):
    """Account `one` was merged `into` another one; the invoice is of either.

    `pays_for`: ids of the services that it pays for from then on, if it named none; empty: still all of the account's.
    """

    kind: Literal["account-merged"] = "account-merged"
    one: str = Field(min_length=1)
    into: str = Field(min_length=1)
    pays_for: tuple[str, ...] = ()
    by: Words
    reason: Words


class CreditAvailable(Wire):
    """The account has credit that may pay for this invoice. `lines`: so many lines its credit had then.

    It names no amount: what is there, and for whom, the store says when the case asks for it.
    """

    kind: Literal["credit-available"] = "credit-available"
    lines: int = Field(ge=1)


class UseCredit(Wire):
    """A person has the account's credit pay for this invoice; `most` of it, or all that is owed.

    `id` makes it happen once.
    """

    kind: Literal["use-credit"] = "use-credit"
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    most: Money | None = None
    by: str = ""
    reason: str = ""


class Waiver(Wire):
    """Do not ask for the charge of that entry id any more, or for `amount` of it.

    What was paid stays paid: no more is waived than is owed. `give_back`: what was paid for it becomes credit.
    """

    kind: Literal["waiver"] = "waiver"
    entry: str
    amount: Money | None = None
    give_back: bool = False
    by: str = ""
    reason: str = ""


class GiveBack(Wire):
    """A person gives a part of a payment back, and the customer keeps what it paid for: so much is waived with it.

    `id` makes it happen once.
    """

    kind: Literal["give-back"] = "give-back"
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    payment: str = Field(min_length=1, max_length=200)
    amount: Money
    by: Words
    reason: Words


class Approval(Wire):
    """One person agrees to a milestone."""

    kind: Literal["approval"] = "approval"
    milestone: str
    by: Words


class RefusedCharge(Wire):
    """A person decides about a charge that the gateway refuses as malformed: try it again now, or leave it out."""

    kind: Literal["refused-charge"] = "refused-charge"
    leave_out: bool = False
    by: Words
    reason: str = ""


class Void(Wire):
    """The invoice was a mistake: nothing is owed, everything is reinstated."""

    kind: Literal["void"] = "void"
    reason: Words
    by: str = ""


class DueDateChange(Wire):
    """A new due date, a calendar date in the account's zone. All steps still to come move by the same days."""

    kind: Literal["due-date-change"] = "due-date-change"
    due: date
    by: str = ""
    reason: str = ""


class Replan(Wire):
    """The invoice follows another policy's plan from now on, counted from the due date that it began with."""

    kind: Literal["replan"] = "replan"
    plan: Plan
    by: Words
    reason: Words


class Undo(Wire):
    """A run of ours was wrong: what it did to the customer from `since` up to and at `until` is undone.

    Both are the case's own times. `id` makes it happen once. For `hold_days` calendar days nothing happens to the
    customer, so that the same run cannot start over at once.
    """

    kind: Literal["undo"] = "undo"
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    since: Instant
    until: Instant
    by: str = ""
    reason: str = ""
    hold_days: int = Field(default=7, ge=1, le=90)


class Recovery(Wire):
    """A person takes up again a case that the server ended (`how`: terminated, failed, ...) before its time."""

    at: Instant
    how: str
    by: Words
    reason: Words


class StillWanted(Wire):
    """A hand asks, right before what nobody can take back: is the order of this fence still wanted?"""

    generation: int
    number: int


class Answer(Wire):
    """What the caller of an update hears: what became of it, and what is owed now.

    `counted` is the amount in the ledger for that payment: a second call with another amount changes nothing.
    `snapshot` is the case since then (`dunning.case.snapshot`), for the table of open cases.
    """

    outcome: AnswerOutcome
    balance: Money
    state: StateAt
    counted: Money | None = None
    snapshot: str = ""
