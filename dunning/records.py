"""What the store and the companies know: accounts, letters, attempts, credits, tickets, closed books."""

from datetime import date

from dunning.money import Money
from dunning.orders import CloseOrder
from dunning.wire import Instant, Wire


class Service(Wire):
    """One service of an account. `kind` is website, email, domain or an operator's own word."""

    id: str
    account: str
    kind: str = "website"
    panel: str = "sandbox"
    user: str
    domain: str = ""


class Contact(Wire):
    """An address that notices go to, in order of `rank` (0 first)."""

    account: str
    email: str
    rank: int = 0


class Account(Wire):
    """A customer. `locale` is a babel name such as en_US."""

    id: str
    name: str
    zone: str = ""
    locale: str = "en_US"
    contacts: tuple[Contact, ...] = ()
    services: tuple[Service, ...] = ()


class OpenInvoice(Wire):
    """What other invoices of the account need to know of an open one."""

    number: str
    account: str
    policy: str
    due: date
    status: str = "open"


class NoticeText(Wire):
    """A rendered notice. `template` names file and version, so that staff see what the customer saw."""

    subject: str
    text: str
    html: str
    template: str


class Mail(Wire):
    """One message to one recipient. `message_id` derives from the notice: a second copy is recognisable."""

    message_id: str
    recipient: str
    content: NoticeText
    at: Instant


class NoticeCopy(Wire):
    """The archived notice (S1-21). `status` is sending, delivered, refused or unknown; `detail` the server's answer."""

    id: str
    invoice: str
    account: str
    recipient: str
    at: Instant
    content: NoticeText
    status: str = "sending"
    detail: str = ""


class Attempt(Wire):
    """A charge attempt, written before the call. `outcome` is the result's kind, empty while it is not known."""

    key: str
    invoice: str
    account: str
    amount: Money
    at: Instant
    outcome: str = ""
    payment: str = ""
    detail: str = ""


class Credit(Wire):
    """Money of the account that belongs to no open invoice. `id` is the payment's: it is credited once."""

    id: str
    account: str
    amount: Money
    at: Instant
    reason: str


class Ticket(Wire):
    """Work for a person."""

    key: str
    account: str
    invoice: str
    department: str
    subject: str
    body: str
    at: Instant


class ClosedLedger(Wire):
    """The books of a finished invoice, as they were closed last."""

    invoice: str
    account: str
    outcome: str
    policy: str
    due: date
    balance: Money
    closed_at: Instant
    order: CloseOrder


class Delivery(Wire):
    """A mail server's answer. `status` is delivered, refused (permanent) or unknown (may have been delivered)."""

    status: str
    detail: str = ""
