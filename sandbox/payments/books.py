"""What the gateway knows, as its control interface hands it out: the books that tests, demo and rehearsal read."""

from collections import Counter
from typing import Literal

from pydantic import AwareDatetime, BaseModel


class Charge(BaseModel):
    """One PaymentIntent that somebody confirmed. `id` is its id, `asked` counts how often its key was posted.

    `key`, `account`, `invoice` and `step` come from its metadata. `processing`: it is being worked on right now;
    `pending`: a debit in transit. `code` is the decline code, or else the code; `at` is when its status came about.
    """

    id: str
    key: str = ""
    account: str = ""
    invoice: str = ""
    step: str = ""
    amount: int
    currency: str
    at: AwareDatetime
    status: Literal["processing", "succeeded", "pending", "declined"] = "processing"
    code: str = ""
    message: str = ""
    method: str = ""
    asked: int = 1
    unanswered: bool = False


class Refund(BaseModel):
    """A refund. `key` is the refund's metadata[reprieve]; empty when a person gave it at the dashboard."""

    id: str
    key: str
    payment: str
    amount: int
    currency: str
    at: AwareDatetime


class Dispute(BaseModel):
    """Money that the payer's bank took back. `status` is Stripe's: needs_response, won, lost."""

    id: str
    payment: str
    amount: int
    currency: str
    reason: str
    status: str
    at: AwareDatetime


class Movement(BaseModel):
    """One movement of money, never changed once written. `amount` is what we gained: negative when it left us.

    `of` is what moved it: a charge (ch_, py_), a refund or a dispute. `key` is the attempt's.
    """

    seq: int
    kind: Literal["charge", "refund", "refund_failed", "dispute", "dispute_won"]
    of: str
    payment: str
    key: str
    account: str
    invoice: str
    amount: int
    currency: str
    at: AwareDatetime


class Hook(BaseModel):
    """One event. `charge` is the id of the PaymentIntent it concerns; empty when it concerns none.

    `posted` counts how often it was sent, `answers` are the HTTP codes (0: no answer).
    """

    id: str
    type: str = ""
    charge: str = ""
    posted: int = 0
    answers: list[int] = []


class PaymentBooks(BaseModel):
    """The gateway's books."""

    charges: list[Charge] = []
    refunds: list[Refund] = []
    disputes: list[Dispute] = []
    journal: list[Movement] = []
    hooks: list[Hook] = []

    def of(self, *accounts: str) -> list[Charge]:
        """The attempts of these accounts that the company keeps, oldest first."""
        return [charge for charge in self.charges if charge.account in accounts]

    def paid(self, *accounts: str) -> list[Charge]:
        """The payments of these accounts that arrived, oldest first."""
        return [charge for charge in self.of(*accounts) if charge.status == "succeeded"]

    def moved_twice(self) -> list[str]:
        """Keys of attempts whose money moved more than once: there must be none, whatever crashed."""
        keys = Counter(line.key for line in self.journal if line.kind == "charge" and line.key)
        return [key for key, times in keys.items() if times > 1]
