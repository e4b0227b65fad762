"""The store's inbox: what companies and people told, and what came of it."""

from typing import Annotated, Literal

from pydantic import Field

from dunning.case.facts import (
    AccountMerged,
    Approval,
    Bounced,
    DueDateChange,
    Exemption,
    GiveBack,
    MethodChanged,
    Payment,
    PaymentNews,
    Promise,
    RefusedCharge,
    Replan,
    Restored,
    Reversal,
    Undo,
    UseCredit,
    Void,
    Waiver,
)
from dunning.case.outcomes import AnswerOutcome, PaymentOutcome
from dunning.money import Money
from dunning.records.payments import Consent
from dunning.states import StateAt
from dunning.wire import Instant, Wire

Told = Annotated[
    Payment | Reversal | Restored | PaymentNews | MethodChanged | Bounced | Consent, Field(discriminator="kind")
]
"""What news may be about, told apart by its `kind`."""
Decision = (
    Promise
    | Waiver
    | Approval
    | Void
    | DueDateChange
    | RefusedCharge
    | GiveBack
    | UseCredit
    | Undo
    | Exemption
    | AccountMerged
    | Replan
)
"""What people decide about an invoice."""
COMMAND = "command"
"""The source of what a person gave by a command."""


class News(Wire):
    """What a gateway, a mail server or a person says: in whose matter, and one fact; none: only who was there.

    `payer` is the company's id of the customer. Invoice and account are empty where it does not know them. `attempt` is
    the key of the automatic attempt that the payment came from; empty for the customer's own. A person may
    have made a `decision` instead; `update` is the id under which its case is told, for the same answer each time.
    `payment` is the company's id of the payment that the fact is about, as far as it says. `subscription`, without a
    fact: something happened to a subscription of the company's own, so look at that.
    """

    invoice: str = ""
    account: str = ""
    payer: str = ""
    attempt: str = ""
    payment: str = ""
    subscription: str = ""
    fact: Told | None = None
    decision: Annotated[Decision, Field(discriminator="kind")] | None = None
    update: str = ""

    def says(self) -> dict[str, object]:
        """What is the same when it is said again."""
        return self.model_dump(exclude={"update": True, "fact": {"at"}})


LateOutcome = PaymentOutcome | Literal["already credited", "reopened", "taken off the credit"]
"""What became of money for an invoice that has no running case."""
NewsOutcome = AnswerOutcome | LateOutcome | Literal["refused", "noted", "ignored", "failed: see ticket", "sent"]
"""What became of news. `sent`: it waits with the server for its case."""


class Outcome(Wire):
    """What became of news: the caller hears it.

    `balance` and `state` are the invoice's afterwards, where there is one.
    """

    outcome: NewsOutcome
    invoice: str = ""
    balance: Money | None = None
    state: StateAt | Literal[""] = ""


class InboxEvent(Wire):
    """A webhook as it came, kept before it was answered, or news that a person gave, kept before its case was told.

    `source` is stripe, payments or command; `outcome` is empty until it is handled. The key is the pair of source and
    the sender's own event id: the same event twice is one. `invoice`, `account` and `payer` say in whose matter it is,
    as far as its body does; all empty: nobody knows before it is read.
    """

    source: str
    id: str
    body: str
    at: Instant
    outcome: str = ""
    invoice: str = ""
    account: str = ""
    payer: str = ""
