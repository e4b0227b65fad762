"""The tables. Amounts are BIGINT minor units beside their currency; instants are `UtcInstant`.

Only holds, contacts and services refer to an account that must exist. What is recorded of money, notices and tickets is
never refused because the account is missing: nothing that says "payment" may be lost.
"""

from datetime import date

from sqlalchemy import (
    CHAR,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
)

from adapters.store.database.types import StoredText, UtcInstant

metadata = MetaData(
    # SQLite cannot drop a constraint that has no name; a later migration will want to.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _words(name: str) -> Column[str]:
    return Column(name, StoredText, nullable=False)


def _key(name: str) -> Column[str]:
    return Column(name, StoredText, primary_key=True)


def _instant(name: str) -> Column[object]:
    return Column(name, UtcInstant, nullable=False)


def _money(name: str) -> tuple[Column[int], Column[str]]:
    return Column(name, BigInteger, nullable=False), Column("currency", CHAR(3), nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _exemption() -> tuple[Column[date], Column[str], Column[str]]:
    """Who is not exempt says nothing of it."""
    by, reason = (Column(f"exempt_{name}", StoredText, nullable=False, server_default="") for name in ("by", "reason"))
    return Column("exempt_until", Date), by, reason


def _owner() -> Column[str]:
    return Column("account", StoredText, ForeignKey("accounts.id"), primary_key=True)


accounts = Table(
    "accounts",
    metadata,
    _key("id"),
    _words("name"),
    _words("zone"),
    _words("locale"),
    _words("payer"),
    _words("brand"),
    *_exemption(),
    Column("erased_at", UtcInstant),
    Column("erased_by", StoredText, nullable=False, server_default=""),
    # Null, not empty: PostgreSQL would expect that most accounts are merged into whichever is asked for.
    Column("merged_into", StoredText),
    Index(None, "merged_into"),
)

payers = Table(  # every one that an account ever had at the gateway
    "payers",
    metadata,
    _key("payer"),
    _key("account"),
    Index(None, "account"),
)

account_changes = Table(
    "account_changes",
    metadata,
    _key("account"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _instant("at"),
    _words("by"),
    _words("reason"),
    Column("what", JSON, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    _owner(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _words("email"),
    Column("rank", Integer, nullable=False),
    Column("bounced_at", UtcInstant),
    _words("bounce"),
)

services = Table(
    "services",
    metadata,
    _owner(),
    _key("id"),
    Column("position", Integer, nullable=False),
    _words("kind"),
    _words("panel"),
    _words("user"),
    _words("domain"),
    Column("aliases", JSON, nullable=False),
    _words("site"),
    _words("probe"),
    *_exemption(),
    Index(None, "id"),
)

holds = Table(
    "holds",
    metadata,
    _owner(),
    _key("service"),  # an id, or one of `dunning.coverage`: ALL, NONE
    _key("source"),
    _words("level"),
    _instant("since"),
    _words("note"),
    _words("by"),
    _words("step"),
)

invoices = Table(
    "invoices",
    metadata,
    _key("number"),
    _words("account"),
    _words("policy"),
    Column("due", Date, nullable=False),
    _words("status"),
    Column("pays_for", JSON, nullable=False, server_default="[]"),
    # The highest generation that was issued, and the newest order that wrote (`dunning.case.fence`).
    _count("issued"),
    _count("generation"),
    _count("order_number"),
    # A misspelt status would take the invoice out of `past_due`, and reinstate a service that is not paid for.
    CheckConstraint("status in ('open', 'void', 'paid', 'closed')", name="status"),
    Index(None, "account", "status", "due"),
)

notices = Table(
    "notices",
    metadata,
    _key("id"),
    _words("invoice"),
    _words("account"),
    _words("recipient"),
    _instant("at"),
    _words("subject"),
    _words("text"),
    _words("html"),
    _words("template"),
    _words("status"),
    _words("detail"),
    _words("message_id"),
    _words("digest"),
    _words("reply_to"),
    Column("announced", JSON(none_as_null=True)),
    Index(None, "invoice", "at"),
    Index(None, "account", "at"),
    Index(None, "message_id"),
    Index(None, "digest"),
    Index(None, "at"),
)

charge_attempts = Table(
    "charge_attempts",
    metadata,
    _key("key"),
    _words("invoice"),
    _words("account"),
    *_money("amount"),
    _instant("at"),
    _words("outcome"),
    _words("payment"),
    _words("detail"),
    _words("payer"),
    _words("method"),
    _words("network"),
    Index(None, "invoice"),
    Index(None, "method", "at"),
    Index(None, "at"),
)

credits_ = Table(
    "credits",
    metadata,
    _key("id"),
    _words("account"),
    *_money("amount"),
    _instant("at"),
    _words("reason"),
    Index(None, "account", "at"),
)

carried = Table(
    "carried",
    metadata,
    _key("id"),
    _words("account"),
    *_money("amount"),
    _instant("at"),
    _words("reason"),
    Index(None, "account"),
)

counted = Table(
    "counted",
    metadata,
    _key("invoice"),
    _key("payment"),
    _words("place"),  # `dunning.records.counted`
    Column("version", BigInteger, nullable=False),
    Column("worth", BigInteger),  # minor units, where not all of the payment is the case's
)

taken_back = Table(
    "taken_back",
    metadata,
    _key("invoice"),
    _key("kind"),
    _key("id"),
    _words("body"),
)

tickets = Table(
    "tickets",
    metadata,
    _key("key"),
    _words("kind"),
    _words("account"),
    _words("invoice"),
    _words("department"),
    _words("subject"),
    _words("body"),
    _instant("at"),
    _words("notice"),
    Column("closed_at", UtcInstant),
    _words("closed_by"),
    _words("closed_reason"),
    Index(None, "account", "at"),
    Index(None, "closed_at"),
)

closed_ledgers = Table(
    "closed_ledgers",
    metadata,
    _key("invoice"),
    _words("account"),
    _words("customer"),
    _words("outcome"),
    _words("policy"),
    _words("level"),
    Column("due", Date, nullable=False),
    *_money("balance"),
    _instant("closed_at"),
    Column("revision", BigInteger, nullable=False),  # the case's, when its books were closed
    _words("order"),  # the CloseOrder with its entries, as JSON
    Index(None, "account"),
    Index(None, "closed_at"),
)

open_cases = Table(
    "open_cases",
    metadata,
    _key("number"),
    _words("account"),
    _words("customer"),
    _words("policy"),
    _words("zone"),
    _words("state"),
    _words("level"),
    *_money("balance"),
    Column("due", Date, nullable=False),
    _words("coming"),
    Column("coming_at", UtcInstant),
    _instant("as_of"),
    Column("revision", BigInteger, nullable=False),
    _words("died"),
    _words("snapshot"),
    Index(None, "account"),
)

consents = Table(
    "consents",
    metadata,
    _key("id"),
    _words("account"),
    _words("text"),
    _instant("at"),
    _words("method"),
    Index(None, "account", "at"),
)

inbox = Table(
    "inbox",
    metadata,
    _key("source"),
    _key("id"),
    _words("body"),
    _instant("at"),
    _words("outcome"),
    _words("invoice"),
    _words("account"),
    _words("payer"),
    Index(None, "outcome", "at"),
)

inbound_mails = Table(
    "inbound_mails",
    metadata,
    _key("id"),
    _words("sender"),
    _words("recipient"),
    _instant("at"),
    Column("raw", LargeBinary, nullable=False),
    _words("outcome"),
    _words("notice"),
    _words("ticket"),
    Index(None, "outcome", "at"),
)

reached = Table(
    "reached",
    metadata,
    _key("invoice"),
    _instant("at"),
)
"""When the customer of an invoice answered a notice last, or pressed a button of the pay page."""

ended_links = Table(
    "ended_links",
    metadata,
    _key("invoice"),
    _instant("given_before"),
)
"""Links of an invoice that were given out before that instant are good no more."""

consequences = Table(
    "consequences",
    metadata,
    _key("key"),
    _words("account"),
    _words("invoice"),
    _words("action"),
    _instant("at"),
    _words("status"),
    _words("incident"),
    _words("decided_by"),
    _words("decided_why"),
    CheckConstraint("status in ('admitted', 'deferred', 'allowed', 'kept')", name="status"),
    Index(None, "status", "at"),
)

effects = Table(
    "effects",
    metadata,
    _key("account"),
    _key("service"),
    _words("wanted"),
    _words("shown"),
    _words("tag"),
    _words("proof"),
    Column("adopted", StoredText),
    _instant("at"),
    Index(None, "at"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _key("id"),
    _words("account"),
    _words("policy"),
    _words("period"),
    *_money("amount"),
    Column("renews_on", Date, nullable=False),
    Column("ends", Date),
    _words("ended"),
    Column("revision", BigInteger, nullable=False),
    _words("snapshot"),  # all of it, as JSON
    Index(None, "account"),
)

renewals = Table(
    "renewals",
    metadata,
    _key("subscription"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _words("invoice"),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    *_money("amount"),
    _instant("at"),
    Index(None, "invoice", unique=True),
)

series = Table(
    "series",
    metadata,
    _key("name"),
    Column("last", BigInteger, nullable=False),
)

windows = Table(
    "windows",
    metadata,
    _key("id"),
    _instant("since"),
    _instant("until"),
    _words("zone"),
    _words("reason"),
    _words("by"),
    Column("cancelled", Boolean(create_constraint=False), nullable=False),
    Index(None, "until"),
)

put_off = Table(
    "put_off",
    metadata,
    _key("window"),
    _key("invoice"),
    _key("step"),
    _words("account"),
    _words("action"),
    _instant("at"),
    _instant("opening"),
    Column("place", Integer, nullable=False),
    _instant("until"),
    Index(None, "opening", "place", unique=True),
    Index(None, "invoice"),
    Index(None, "until"),
)

processor_subscriptions = Table(  # those that a payment processor runs
    "processor_subscriptions",
    metadata,
    _key("id"),
    _words("account"),
    _words("subscription"),
    _words("status"),
    _instant("looked_at"),
    _words("snapshot"),  # all of it, as JSON
    Index(None, "account"),
)

processor_sales = Table(  # each of their payments counts in one place
    "processor_sales",
    metadata,
    _key("id"),
    _words("subscription"),
    _words("account"),
    _words("invoice"),  # empty: it became credit
    *_money("amount"),
    _instant("at"),
    Column("told", Boolean(create_constraint=False), nullable=False),
    Column("taken_back", Boolean(create_constraint=False), nullable=False),
    Index(None, "invoice"),
)

outages = Table(
    "outages",
    metadata,
    _key("id"),
    _words("way"),
    _instant("since"),
    Column("until", UtcInstant),
    _instant("seen"),
    Column("checks", Integer, nullable=False),
    _words("why"),
    _words("by"),
    _words("reason"),
    _words("struck_by"),
    _words("struck_reason"),
    Index(None, "seen"),
)

audit = Table(  # a chain, `dunning.audit.entry`; nothing is converted, so that what was hashed is what is kept
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _words("at"),
    _words("seal"),
    _words("link"),
    _words("salt"),
    _words("words"),
    Index(None, "seal", unique=True),
)

staff = Table(  # our own users; none is deleted
    "staff",
    metadata,
    _key("key"),
    _words("name"),
    _words("role"),
    _instant("added_at"),
    _words("added_by"),
    _words("added_login"),
    Column("disabled_at", UtcInstant),
    _words("disabled_by"),
    _words("disabled_login"),
)
