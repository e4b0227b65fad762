"""What the companies know, as they hand it out: the books that tests, demo and rehearsal read."""

from collections import Counter
from typing import Literal

from pydantic import AwareDatetime, BaseModel

ServiceLevel = Literal["active", "warned", "locked", "suspended", "inactive", "deleted"]


class Addresses(BaseModel):
    """Where the companies listen. `smtp` is `host:port`, the others are URLs; a user's site is `<web>/<user>`."""

    payments: str
    panel: str
    smtp: str
    mail: str
    web: str


class Held(BaseModel):
    """One call that waits for its release. `what` is the charge's key, the panel's verb or the Message-ID."""

    who: str
    what: str


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
    """Money given back. `key` is the refund's metadata[reprieve]; empty when a person gave it at the dashboard."""

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

    def of(self, account: str) -> list[Charge]:
        """The account's attempts that the company keeps, oldest first."""
        return [charge for charge in self.charges if charge.account == account]

    def paid(self, account: str) -> list[Charge]:
        """The account's payments that arrived, oldest first."""
        return [charge for charge in self.of(account) if charge.status == "succeeded"]

    def moved_twice(self) -> list[str]:
        """Keys of attempts whose money moved more than once: there must be none, whatever crashed."""
        keys = Counter(line.key for line in self.journal if line.kind == "charge" and line.key)
        return [key for key, times in keys.items() if times > 1]


class PanelService(BaseModel):
    """A user's hosting, as the panel shows it. `locked`: only root may lift its suspension."""

    user: str
    level: ServiceLevel = "active"
    tag: str = ""
    backups: bool = True
    locked: bool = False


class Change(BaseModel):
    """A change of state that really happened. For back-ups, `before` is `backups` and `after` is `no backups`.

    `by` is the interface that it came by: WHM, HestiaCP, signed, or a person.
    """

    seq: int
    user: str
    before: str
    after: str
    tag: str
    by: str = ""


class PanelCall(BaseModel):
    """A call that came in, whatever became of it. `verb` is state, restrict, loosen or delete; `by` as above."""

    seq: int
    user: str
    verb: str
    tag: str = ""
    behaviour: str = "ok"
    by: str = ""


class PanelBooks(BaseModel):
    """The panel's books: services, the journal of real changes, and all calls."""

    services: list[PanelService] = []
    journal: list[Change] = []
    calls: list[PanelCall] = []

    def level(self, user: str) -> str:
        """The user's level; deleted when the panel does not know the user."""
        return next((service.level for service in self.services if service.user == user), "deleted")

    def changes(self, user: str) -> list[Change]:
        """The user's changes, oldest first."""
        return [change for change in self.journal if change.user == user]


class Visit(BaseModel):
    """Somebody looked at a user's site; `status` is what was answered."""

    seq: int
    user: str
    status: int


class WebBooks(BaseModel):
    """The web host's books, oldest first."""

    visits: list[Visit] = []


class Message(BaseModel):
    """One caught message. `copies` counts how often a message of this id came."""

    number: int
    message_id: str
    recipients: list[str]
    sender: str
    subject: str
    date: str
    headers: list[tuple[str, str]]
    text: str
    html: str
    copies: int = 1


class MailBooks(BaseModel):
    """The mail catcher's books, oldest first."""

    messages: list[Message] = []

    def to(self, recipient: str) -> list[Message]:
        """The messages to that address, oldest first."""
        return [message for message in self.messages if recipient.lower() in message.recipients]
