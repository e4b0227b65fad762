"""What the store and the companies know: accounts, letters, attempts, credits, tickets, closed books."""

from datetime import date
from typing import Literal

from dunning.facts import Bounced, MethodChanged, Payment, PaymentNews, Restored, Reversal
from dunning.levels import Level
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


class NoticeText(Wire):
    """A rendered notice. `template` names file and version, so that staff see what the customer saw."""

    subject: str
    text: str
    html: str
    template: str


class Mail(Wire):
    """One message to one recipient. `message_id` derives from the notice: a second copy is recognisable.

    `reply_to` is where answers go; empty: the mailer's own address for that. `answers` is the Message-ID of the mail
    that it answers by itself (RFC 3834); empty: it answers none.
    """

    message_id: str
    recipient: str
    content: NoticeText
    at: Instant
    reply_to: str = ""
    answers: str = ""


class NoticeCopy(Wire):
    """The archived notice (S1-21). `status` is sending, delivered, refused, unknown, bounced or withdrawn.

    `detail` is the mail server's answer, `message_id` its mail's, `reply_to` where answers go; `digest` is the one in
    which it went out, if it did not go alone: the id of the copy that sent it. (`waiting:<day>`: it waits for others.)
    """

    id: str
    invoice: str
    account: str
    recipient: str
    at: Instant
    content: NoticeText
    status: str = "sending"
    detail: str = ""
    message_id: str = ""
    digest: str = ""
    reply_to: str = ""


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


class InboundMail(Wire):
    """A mail that came in, whole and as it came. `id` is its Message-ID, or a digest of it when it has none.

    `outcome` says what became of it; `notice` which notice it is about; `ticket` the key of the ticket it opened.
    """

    id: str
    sender: str
    recipient: str
    at: Instant
    raw: bytes
    outcome: str = ""
    notice: str = ""
    ticket: str = ""


class Consequence(Wire):
    """A suspension or deletion as the breaker saw it. `key` is the order's; `at` the workflow's own time.

    `status`: admitted (it may happen), deferred (it waits for a person), released (a person lets it happen), kept (a
    person decided against it for now). `incident` is the key of the first one that was deferred with it.
    """

    key: str
    account: str
    invoice: str
    action: str
    at: Instant
    status: str
    incident: str = ""


class Sight(Wire):
    """What a service looks like from outside. `shows`: running, restricted (a notice in its place), gone, or unclear.

    `detail` is for people: `HTTP 200 at https://bakery.example/`. `gone`: nobody answers, or it is not known there.
    """

    shows: Literal["running", "restricted", "gone", "unclear"]
    detail: str


class Seen(Wire):
    """What a panel shows of a service.

    `tag` is the reason of its restriction: empty when it shows none, None when the panel keeps no reasons. `locked`:
    only the panel's root may lift it. `backups`: whether the panel holds back-ups of it; None: it cannot say.
    """

    level: Level
    tag: str | None = ""
    locked: bool = False
    backups: bool | None = None


class Effect(Wire):
    """What a service was brought to last: `wanted`, by which holds, what its panel showed, and what was seen outside.

    `proof` is the outside look in words; empty when nothing is looked at. `at` is when that was so.
    """

    account: str
    service: str
    wanted: Level
    shown: Level
    tag: str = ""
    proof: str = ""
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
