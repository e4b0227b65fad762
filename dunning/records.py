"""What the store and the companies know: accounts, letters, attempts, credits, tickets, closed books."""

from datetime import date
from typing import Literal

from dunning.facts import Bounced, MethodChanged, Payment, PaymentNews, Restored, Reversal
from dunning.money import Money
from dunning.orders import CloseOrder
from dunning.wire import Instant, Wire

DOMAIN = "domain"
"""The kind of services that are domain names."""


class Service(Wire):
    """One service of an account. `kind` is website, email, domain or an operator's own word.

    `aliases` are other domains of it. `site` is the address at which the site's own software takes our notifications,
    `probe` what is looked at from outside: `https://bakery.example/`, or `smtp://mail.example:25/info@bakery.example`.
    Both are empty where there is none.
    """

    id: str
    account: str
    kind: str = "website"
    panel: str = "sandbox"
    user: str
    domain: str = ""
    aliases: tuple[str, ...] = ()
    site: str = ""
    probe: str = ""


class Contact(Wire):
    """An address that notices go to, in order of `rank` (0 first).

    `bounced_at` and `bounce` say when and with which words a mail came back from it; nothing is sent there any more.
    """

    account: str
    email: str
    rank: int = 0
    bounced_at: Instant | None = None
    bounce: str = ""


class Account(Wire):
    """A customer. `locale` is a babel name such as en_US.

    `payer` is the payment company's own id of the customer (Stripe: `cus_...`); empty when it knows none.
    """

    id: str
    name: str
    zone: str = ""
    locale: str = "en_US"
    payer: str = ""
    contacts: tuple[Contact, ...] = ()
    services: tuple[Service, ...] = ()


def domains(account: Account) -> tuple[str, ...]:
    """The account's domain names, which no panel switches (S3-31)."""
    return tuple(each.domain or each.user for each in account.services if each.kind == DOMAIN)


class OpenInvoice(Wire):
    """What other invoices of the account need to know of an open one."""

    number: str
    account: str
    policy: str
    due: date
    status: str = "open"


class Method(Wire):
    """A payment method on file. `id` and `payer` are the company's; `network` is a card's (visa, mastercard, ...).

    `label` may be shown: "Visa ending 4242". It never holds more of a number than that.
    """

    id: str
    payer: str
    kind: Literal["card", "debit"] = "card"
    network: str = ""
    label: str = ""


class Attempt(Wire):
    """A charge attempt, written before the call. `outcome` is the result's kind, empty while it is not known.

    `payer`, `method` and `network` are what it was tried with: a retry under the same key must send the same.
    """

    key: str
    invoice: str
    account: str
    amount: Money
    at: Instant
    outcome: str = ""
    payment: str = ""
    detail: str = ""
    payer: str = ""
    method: str = ""
    network: str = ""


class Consent(Wire):
    """The customer agreed that a payment method may be charged later (S3-07): to which words, and when.

    `id` is the company's id of the act (Stripe: the Checkout Session).
    """

    id: str
    account: str
    text: str
    at: Instant
    method: str = ""


class News(Wire):
    """What a payment company or a mail server says: in whose matter, and one fact.

    `payer` is the company's id of the customer. Invoice and account are empty where it does not know them. `attempt` is
    the key of the automatic attempt that the payment came from; empty for the customer's own.
    """

    invoice: str = ""
    account: str = ""
    payer: str = ""
    attempt: str = ""
    payment: Payment | None = None
    reversal: Reversal | None = None
    restored: Restored | None = None
    stirred: PaymentNews | None = None
    method: MethodChanged | None = None
    consent: Consent | None = None
    bounced: Bounced | None = None


class Outcome(Wire):
    """What became of news: the caller hears it.

    `outcome` is one word or two: applied, already counted, credited, parked, refused, reopened, noted, ignored.
    `balance` and `state` are the invoice's afterwards, where there is one.
    """

    outcome: str
    invoice: str = ""
    balance: Money | None = None
    state: str = ""


class InboxEvent(Wire):
    """A webhook as it came, kept before it was answered. `source` is stripe or payments; `outcome` empty until handled.

    The key is the pair of source and the sender's own event id: the same event twice is one.
    """

    source: str
    id: str
    body: str
    at: Instant
    outcome: str = ""


class Credit(Wire):
    """Money of the account that belongs to no open invoice. `id` is the payment's: it is credited once."""

    id: str
    account: str
    amount: Money
    at: Instant
    reason: str


class Ticket(Wire):
    """Work for a person. `notice` is the id of the notice that it quotes, if any (S1-22)."""

    key: str
    account: str
    invoice: str
    department: str
    subject: str
    body: str
    at: Instant
    notice: str = ""


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
