"""First tables."""

import sqlalchemy as sa
from alembic import op

from adapters.store.types import UtcInstant, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Words(), nullable=False) for name in names]


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcInstant(), nullable=False)


def _money(name: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False), sa.Column("currency", sa.CHAR(3), nullable=False)]


def _date(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f(f"fk_{table}_account_accounts"))


def upgrade() -> None:
    _accounts()
    _invoices()
    _payments()
    _letters()


def _accounts() -> None:
    op.create_table("accounts", *_words("id", "name", "zone", "locale"), _key("accounts", "id"))
    op.create_table(
        "contacts",
        *_words("account", "email"),
        _number("position"),
        _number("rank"),
        _owner("contacts"),
        _key("contacts", "account", "position"),
    )
    op.create_table(
        "services",
        *_words("account", "id", "kind", "panel", "user", "domain"),
        _number("position"),
        _owner("services"),
        _key("services", "account", "id"),
    )
    op.create_table(
        "holds",
        *_words("account", "source", "level", "note"),
        _instant("since"),
        sa.Column("services", sa.JSON(), nullable=False),
        _owner("holds"),
        _key("holds", "account", "source"),
    )


def _invoices() -> None:
    op.create_table(
        "invoices",
        *_words("number", "account", "policy", "status"),
        _date("due"),
        sa.CheckConstraint("status in ('open', 'void', 'paid', 'closed')", name=op.f("ck_invoices_status")),
        _key("invoices", "number"),
    )
    op.create_index(op.f("ix_invoices_account_status_due"), "invoices", ["account", "status", "due"])
    op.create_table(
        "closed_ledgers",
        *_words("invoice", "account", "outcome", "policy", "order"),
        _date("due"),
        *_money("balance"),
        _instant("closed_at"),
        _key("closed_ledgers", "invoice"),
    )
    op.create_index(op.f("ix_closed_ledgers_account"), "closed_ledgers", ["account"])


def _payments() -> None:
    op.create_table(
        "charge_attempts",
        *_words("key", "invoice", "account", "outcome", "payment", "detail"),
        *_money("amount"),
        _instant("at"),
        _key("charge_attempts", "key"),
    )
    op.create_index(op.f("ix_charge_attempts_invoice"), "charge_attempts", ["invoice"])
    op.create_table(
        "credits", *_words("id", "account", "reason"), *_money("amount"), _instant("at"), _key("credits", "id")
    )
    op.create_index(op.f("ix_credits_account_at"), "credits", ["account", "at"])


def _letters() -> None:
    op.create_table(
        "notices",
        *_words("id", "invoice", "account", "recipient", "subject", "text", "html", "template", "status", "detail"),
        _instant("at"),
        _key("notices", "id"),
    )
    op.create_index(op.f("ix_notices_invoice_at"), "notices", ["invoice", "at"])
    op.create_table(
        "tickets",
        *_words("key", "account", "invoice", "department", "subject", "body"),
        _instant("at"),
        _key("tickets", "key"),
    )
    op.create_index(op.f("ix_tickets_account_at"), "tickets", ["account", "at"])


def downgrade() -> None:
    tables = "contacts services holds invoices closed_ledgers charge_attempts credits notices tickets accounts"
    for table in tables.split():
        op.drop_table(table)
