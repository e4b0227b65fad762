"""First tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from adapters.store.database.types import StoredText, UtcInstant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, StoredText(), nullable=False) for name in names]


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcInstant(), nullable=False)


def _money(name: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False), sa.Column("currency", sa.CHAR(3), nullable=False)]


def _date(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)


def _exemption() -> list[sa.Column[Any]]:
    until: sa.Column[object] = sa.Column("exempt_until", sa.Date(), nullable=True)
    said = (f"exempt_{name}" for name in ("by", "reason"))
    return [until, *(sa.Column(name, StoredText(), nullable=False, server_default="") for name in said)]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)


def _revision() -> sa.Column[int]:
    return sa.Column("revision", sa.BigInteger(), nullable=False)


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False, server_default="0") for name in names]


def _list(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f(f"fk_{table}_account_accounts"))


def _one_of(table: str, values: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"status in ({values})", name=op.f(f"ck_{table}_status"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    _accounts()
    _services()
    _invoices()
    _payments()
    _notices()
    _inboxes()
    _consequences()
    _subscriptions()
    _windows()
    _processors()
    _audit()
    _staff()


def _accounts() -> None:
    op.create_table(
        "accounts",
        *_words("id", "name", "zone", "locale", "payer", "brand"),
        *_exemption(),
        sa.Column("erased_at", UtcInstant(), nullable=True),
        sa.Column("erased_by", StoredText(), nullable=False, server_default=""),
        sa.Column("merged_into", StoredText()),
        _key("accounts", "id"),
    )
    _index("accounts", "merged_into")
    op.create_table("payers", *_words("payer", "account"), _key("payers", "payer", "account"))
    _index("payers", "account")
    op.create_table(
        "account_changes",
        *_words("account", "by", "reason"),
        _number("number"),
        _instant("at"),
        _list("what"),
        _key("account_changes", "account", "number"),
    )
    op.create_table(
        "contacts",
        *_words("account", "email", "bounce"),
        _number("position"),
        _number("rank"),
        sa.Column("bounced_at", UtcInstant()),
        _owner("contacts"),
        _key("contacts", "account", "position"),
    )


def _services() -> None:
    op.create_table(
        "services",
        *_words("account", "id", "kind", "panel", "user", "domain", "site", "probe"),
        _number("position"),
        _list("aliases"),
        *_exemption(),
        _owner("services"),
        _key("services", "account", "id"),
    )
    _index("services", "id")
    op.create_table(
        "holds",
        *_words("account", "service", "source", "level", "note", "by", "step"),
        _instant("since"),
        _owner("holds"),
        _key("holds", "account", "service", "source"),
    )


def _invoices() -> None:
    op.create_table(
        "invoices",
        *_words("number", "account", "policy", "status"),
        _date("due"),
        sa.Column("pays_for", sa.JSON(), nullable=False, server_default="[]"),
        *_counts("issued", "generation", "order_number"),
        _one_of("invoices", "'open', 'void', 'paid', 'closed'"),
        _key("invoices", "number"),
    )
    _index("invoices", "account", "status", "due")
    op.create_table(
        "closed_ledgers",
        *_words("invoice", "account", "customer", "outcome", "policy", "level", "order"),
        _date("due"),
        *_money("balance"),
        _instant("closed_at"),
        _revision(),
        _key("closed_ledgers", "invoice"),
    )
    _index("closed_ledgers", "account")
    _index("closed_ledgers", "closed_at")
    op.create_table(
        "open_cases",
        *_words("number", "account", "customer", "policy", "zone", "state", "level", "coming", "died", "snapshot"),
        *_money("balance"),
        _date("due"),
        sa.Column("coming_at", UtcInstant()),
        _instant("as_of"),
        _revision(),
        _key("open_cases", "number"),
    )
    _index("open_cases", "account")


def _payments() -> None:
    op.create_table(
        "charge_attempts",
        *_words("key", "invoice", "account", "outcome", "payment", "detail", "payer", "method", "network"),
        *_money("amount"),
        _instant("at"),
        _key("charge_attempts", "key"),
    )
    for columns in (("invoice",), ("at",), ("method", "at")):
        _index("charge_attempts", *columns)
    op.create_table(
        "credits", *_words("id", "account", "reason"), *_money("amount"), _instant("at"), _key("credits", "id")
    )
    _index("credits", "account", "at")
    op.create_table(
        "carried", *_words("id", "account", "reason"), *_money("amount"), _instant("at"), _key("carried", "id")
    )
    _index("carried", "account")
    op.create_table(
        "counted",
        *_words("invoice", "payment", "place"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("worth", sa.BigInteger()),
        _key("counted", "invoice", "payment"),
    )
    op.create_table("taken_back", *_words("invoice", "kind", "id", "body"), _key("taken_back", "invoice", "kind", "id"))
    op.create_table("consents", *_words("id", "account", "text", "method"), _instant("at"), _key("consents", "id"))
    _index("consents", "account", "at")


def _notices() -> None:
    op.create_table(
        "notices",
        *_words("id", "invoice", "account", "recipient", "subject", "text", "html", "template", "status", "detail"),
        *_words("message_id", "digest", "reply_to"),
        sa.Column("announced", sa.JSON()),
        _instant("at"),
        _key("notices", "id"),
    )
    for columns in (("invoice", "at"), ("account", "at"), ("message_id",), ("digest",), ("at",)):
        _index("notices", *columns)
    op.create_table(
        "tickets",
        *_words("key", "kind", "account", "invoice", "department", "subject", "body", "notice"),
        *_words("closed_by", "closed_reason"),
        sa.Column("closed_at", UtcInstant()),
        _instant("at"),
        _key("tickets", "key"),
    )
    _index("tickets", "account", "at")
    _index("tickets", "closed_at")


def _inboxes() -> None:
    op.create_table(
        "inbox",
        *_words("source", "id", "body", "outcome", "invoice", "account", "payer"),
        _instant("at"),
        _key("inbox", "source", "id"),
    )
    _index("inbox", "outcome", "at")
    op.create_table(
        "inbound_mails",
        *_words("id", "sender", "recipient", "outcome", "notice", "ticket"),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        _instant("at"),
        _key("inbound_mails", "id"),
    )
    _index("inbound_mails", "outcome", "at")
    op.create_table("reached", *_words("invoice"), _instant("at"), _key("reached", "invoice"))
    op.create_table("ended_links", *_words("invoice"), _instant("given_before"), _key("ended_links", "invoice"))


def _consequences() -> None:
    op.create_table(
        "consequences",
        *_words("key", "account", "invoice", "action", "status", "incident", "decided_by", "decided_why"),
        _instant("at"),
        _one_of("consequences", "'admitted', 'deferred', 'allowed', 'kept'"),
        _key("consequences", "key"),
    )
    _index("consequences", "status", "at")
    op.create_table(
        "effects",
        *_words("account", "service", "wanted", "shown", "tag", "proof"),
        sa.Column("adopted", StoredText(), nullable=True),
        _instant("at"),
        _key("effects", "account", "service"),
    )
    _index("effects", "at")


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        *_words("id", "account", "policy", "period", "ended", "snapshot"),
        *_money("amount"),
        _date("renews_on"),
        sa.Column("ends", sa.Date(), nullable=True),
        _revision(),
        _key("subscriptions", "id"),
    )
    _index("subscriptions", "account")
    op.create_table(
        "renewals",
        *_words("subscription", "invoice"),
        _number("number"),
        _date("starts"),
        _date("ends"),
        *_money("amount"),
        _instant("at"),
        _key("renewals", "subscription", "number"),
    )
    op.create_index(op.f("ix_renewals_invoice"), "renewals", ["invoice"], unique=True)
    op.create_table(
        "series", *_words("name"), sa.Column("last", sa.BigInteger(), nullable=False), _key("series", "name")
    )


def _windows() -> None:
    op.create_table(
        "windows",
        *_words("id", "zone", "reason", "by"),
        _instant("since"),
        _instant("until"),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        _key("windows", "id"),
    )
    _index("windows", "until")
    op.create_table(
        "put_off",
        *_words("window", "invoice", "step", "account", "action"),
        _instant("at"),
        _instant("opening"),
        _number("place"),
        _instant("until"),
        _key("put_off", "window", "invoice", "step"),
    )
    op.create_index(op.f("ix_put_off_opening_place"), "put_off", ["opening", "place"], unique=True)
    _index("put_off", "invoice")
    _index("put_off", "until")
    op.create_table(
        "outages",
        *_words("id", "way", "why", "by", "reason", "struck_by", "struck_reason"),
        _instant("since"),
        sa.Column("until", UtcInstant(), nullable=True),
        _instant("seen"),
        sa.Column("checks", sa.Integer(), nullable=False),
        _key("outages", "id"),
    )
    _index("outages", "seen")


def _processors() -> None:
    op.create_table(
        "processor_subscriptions",
        *_words("id", "account", "subscription", "status", "snapshot"),
        _instant("looked_at"),
        _key("processor_subscriptions", "id"),
    )
    _index("processor_subscriptions", "account")
    op.create_table(
        "processor_sales",
        *_words("id", "subscription", "account", "invoice"),
        *_money("amount"),
        _instant("at"),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        _key("processor_sales", "id"),
    )
    _index("processor_sales", "invoice")


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        *_words("at", "seal", "link", "salt", "words"),
        _key("audit", "number"),
    )
    op.create_index(op.f("ix_audit_seal"), "audit", ["seal"], unique=True)


def _staff() -> None:
    op.create_table(
        "staff",
        *_words("key", "name", "role", "added_by", "added_login", "disabled_by", "disabled_login"),
        _instant("added_at"),
        sa.Column("disabled_at", UtcInstant(), nullable=True),
        _key("staff", "key"),
    )


def downgrade() -> None:
    tables = (
        "ended_links staff audit processor_sales processor_subscriptions outages put_off windows series renewals "
        "subscriptions "
        "effects consequences reached inbound_mails inbox tickets notices taken_back counted consents carried credits "
        "charge_attempts open_cases closed_ledgers invoices holds services contacts account_changes payers accounts"
    )
    for table in tables.split():
        op.drop_table(table)
