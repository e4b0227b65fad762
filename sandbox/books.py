"""What the companies know, as they hand it out: the books that tests, demo and rehearsal read."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel

ServiceLevel = Literal["active", "warned", "locked", "suspended", "inactive", "deleted"]


class Addresses(BaseModel):
    """Where the companies listen. `smtp` is `host:port`, the others are URLs."""

    payments: str
    panel: str
    smtp: str
    mail: str


class Held(BaseModel):
    """One call that waits for its release. `what` is the charge's key, the panel's verb or the Message-ID."""

    who: str
    what: str


class Charge(BaseModel):
    """One charge attempt. `asked` counts how often its key was posted."""

    id: str
    key: str
    account: str
    invoice: str
    step: str
    amount: int
    currency: str
    at: AwareDatetime
    status: Literal["processing", "succeeded", "pending", "declined"] = "processing"
    code: str = ""
    message: str = ""
    method: str = ""
    asked: int = 1


class Refund(BaseModel):
    """Money given back, once per key."""

    id: str
    key: str
    payment: str
    amount: int
    currency: str
    at: AwareDatetime


class Hook(BaseModel):
    """One event about a payment. `posted` counts how often it was sent, `answers` are the HTTP codes (0: no answer)."""

    id: str
    charge: str
    posted: int = 0
    answers: list[int] = []


class PaymentBooks(BaseModel):
    """The payment company's books. Every succeeded charge is one movement of money."""

    charges: list[Charge] = []
    refunds: list[Refund] = []
    hooks: list[Hook] = []

    def of(self, account: str) -> list[Charge]:
        """The account's attempts that the company keeps, oldest first."""
        return [charge for charge in self.charges if charge.account == account]

    def paid(self, account: str) -> list[Charge]:
        """The account's movements of money, oldest first."""
        return [charge for charge in self.of(account) if charge.status == "succeeded"]


class PanelService(BaseModel):
    """A user's hosting, as the panel shows it."""

    user: str
    level: ServiceLevel = "active"
    tag: str = ""
    backups: bool = True


class Change(BaseModel):
    """A change of state that really happened. For back-ups, `before` is `backups` and `after` is `no backups`."""

    seq: int
    user: str
    before: str
    after: str
    tag: str


class PanelCall(BaseModel):
    """A call that came in, whatever became of it. `verb` is state, restrict, release or delete."""

    seq: int
    user: str
    verb: str
    tag: str = ""
    behaviour: str = "ok"


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
