"""How long each table's rows are kept, and why: one line a table, and no table without one.

What the product still needs is never removed, however old it is: what belongs to a case that runs, work that nobody
has done, and what keeps the same thing from being done twice.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What has a time to live: a setting each, in days."""

    MAILS = "mails"
    INBOX = "inbox"
    NOTICES = "notices"
    BOOKS = "books"
    TICKETS = "tickets"
    CONSEQUENCES = "consequences"
    WINDOWS = "windows"


class Until(StrEnum):
    """How long everything else is kept."""

    CASE = "as long as its case runs"
    ACCOUNT = "as long as its account"
    A_YEAR = "a year after its step came"
    FOR_EVER = "for ever"


class Life(NamedTuple):
    """Days that a kind is kept by default, and at the least, and why not shorter."""

    days: int
    least: int
    because: str


OWED_AGAIN = 550
"""Days: a bank may take a payment back 540 days later, and then its invoice is owed again."""
LIVES: dict[Kind, Life] = {
    Kind.MAILS: Life(365, 30, "a mail that its server sends again must be known"),
    Kind.INBOX: Life(365, 90, "what a company sends again must be known"),
    Kind.NOTICES: Life(
        3650, OWED_AGAIN, "a payment may be taken back 540 days later, and the notices prove what was said"
    ),
    Kind.BOOKS: Life(
        4018, OWED_AGAIN, "a payment may be taken back 540 days later, and the case goes on from its books"
    ),
    Kind.TICKETS: Life(730, 90, "the same matter that comes again must be known"),
    Kind.CONSEQUENCES: Life(365, 30, "the breaker counts them"),
    Kind.WINDOWS: Life(3650, 730, "deadlines are counted by them"),
}
"""A book is kept ten years from the end of its year, so eleven."""


class Kept(NamedTuple):
    """What a table's rows are called, how long they are kept, and why."""

    what: str
    until: Kind | Until
    why: str


TABLES: dict[str, Kept] = {
    # customers
    "accounts": Kept("accounts", Until.ACCOUNT, "`account erase` takes name and addresses away, and leaves its id"),
    "payers": Kept("the gateway's ids of customers", Until.ACCOUNT, "money is known by them"),
    "account_changes": Kept(
        "changes of accounts", Until.ACCOUNT, "cases count them to know which exemption is the last"
    ),
    "contacts": Kept("mail addresses", Until.ACCOUNT, "notices go there"),
    "services": Kept("services", Until.ACCOUNT, "invoices and holds name them"),
    "holds": Kept("holds", Until.ACCOUNT, "they say what restricts a service, until they are lifted"),
    "effects": Kept("what services were brought to", Until.ACCOUNT, "the hourly check compares the panels with it"),
    "consents": Kept("consents to charge a method", Until.ACCOUNT, "they prove what was agreed to"),
    "subscriptions": Kept("subscriptions", Until.ACCOUNT, "an id that ended is never counted anew"),
    "processor_subscriptions": Kept("links to PayPal and Stripe", Until.ACCOUNT, "until somebody takes the link away"),
    # money
    "invoices": Kept("numbers of invoices", Until.FOR_EVER, "a number is never used twice"),
    "series": Kept("the last number of each series", Until.FOR_EVER, "a number is never used twice"),
    "counted": Kept("ids of payments that count", Until.FOR_EVER, "a payment is never counted twice"),
    "processor_sales": Kept(
        "ids of PayPal's and Stripe's payments", Until.FOR_EVER, "a payment is never counted twice"
    ),
    "credits": Kept("lines of credit", Until.FOR_EVER, "their sum is what an account has"),
    "carried": Kept("lines of rests", Until.FOR_EVER, "their sum is what an account owes with the next invoice"),
    "closed_ledgers": Kept("closed books", Kind.BOOKS, "tax law; and a case goes on from them when it is owed again"),
    "charge_attempts": Kept("charge attempts", Kind.BOOKS, "with the books of their invoice"),
    "taken_back": Kept("what was taken back of payments", Kind.BOOKS, "with the books of their invoice"),
    "renewals": Kept("what was billed of subscriptions", Kind.BOOKS, "with the books of their invoice"),
    "reached": Kept("when a customer answered last", Kind.BOOKS, "with the books of their invoice"),
    "ended_links": Kept("since when an invoice's links are good", Kind.BOOKS, "with the books of their invoice"),
    "open_cases": Kept("what is seen of open cases", Until.CASE, "it goes when the books are closed"),
    # messages
    "notices": Kept("notices", Kind.NOTICES, "they prove what customers were told"),
    "tickets": Kept("closed tickets", Kind.TICKETS, "an open one stays until somebody closes it"),
    "inbox": Kept("webhooks and commands", Kind.INBOX, "what was handled; the rest waits"),
    "inbound_mails": Kept("mails that came in", Kind.MAILS, "what was handled, and has no open ticket"),
    "audit": Kept("the audit log", Until.FOR_EVER, "a chain is whole or none; the words of an entry can be erased"),
    "staff": Kept("users of ours", Until.FOR_EVER, "decisions name them; a disabled one decides nothing"),
    # services, windows
    "consequences": Kept(
        "suspensions and deletions as the breaker saw them", Kind.CONSEQUENCES, "the breaker counts them"
    ),
    "windows": Kept("maintenance windows", Kind.WINDOWS, "deadlines are counted by them"),
    "outages": Kept("outages", Kind.WINDOWS, "deadlines are counted by them"),
    "put_off": Kept("steps that waited for a window", Until.A_YEAR, "`window show` tells of them"),
}
"""By the table's name. Whoever adds a table decides here, and in docs/retention.md, how long it is kept."""


def over_before(kind: Kind, lives: Mapping[Kind, int], now: datetime) -> datetime | None:
    """What ended before that instant has been kept long enough; None: that kind is kept for ever."""
    days = lives[kind]
    return now - timedelta(days=days) if days else None


LONGEST = 36_500
"""Days: who means more means for ever."""


def checked(kind: Kind, days: int) -> int:
    """The days, if the product can do with them. Raises ValueError; 0 is for ever."""
    least = LIVES[kind].least
    if days < 0 or 0 < days < least:
        raise ValueError(f"it has to be {least} days or more, or 0 for ever: {LIVES[kind].because}")
    if days > LONGEST:
        raise ValueError(f"it has to be {LONGEST} days or fewer, or 0 for ever")
    return days
