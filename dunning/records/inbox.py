"""The store's inbox: news as it was told, and what came of it."""

from typing import Annotated, Literal

from pydantic import Field

from dunning.case.facts import Bounced, MethodChanged, Payment, PaymentNews, Restored, Reversal
from dunning.case.outcomes import AnswerOutcome, PaymentOutcome
from dunning.money import Money
from dunning.records.payments import Consent
from dunning.states import StateAt
from dunning.wire import Instant, Wire

Told = Annotated[
    Payment | Reversal | Restored | PaymentNews | MethodChanged | Bounced | Consent, Field(discriminator="kind")
]
"""What news may be about, told apart by its `kind`."""


class News(Wire):
    """What a gateway or a mail server says: in whose matter, and one fact; none when it is only known who was there.

    `payer` is the company's id of the customer. Invoice and account are empty where it does not know them. `attempt` is
    the key of the automatic attempt that the payment came from; empty for the customer's own.
    """

    invoice: str = ""
    account: str = ""
    payer: str = ""
    attempt: str = ""
    fact: Told | None = None


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
    """A webhook as it came, kept before it was answered. `source` is stripe or payments; `outcome` empty until handled.

    The key is the pair of source and the sender's own event id: the same event twice is one. `invoice`, `account` and
    `payer` say in whose matter it is, as far as its body does; all empty: nobody knows before it is read.
    """

    source: str
    id: str
    body: str
    at: Instant
    outcome: str = ""
    invoice: str = ""
    account: str = ""
    payer: str = ""
