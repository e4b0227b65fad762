"""Payers, the methods of attempts, consents, and an inbox."""

import sqlalchemy as sa
from alembic import op

from adapters.store.types import UtcInstant, Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Words(), nullable=False) for name in names]


def _added(name: str) -> sa.Column[str]:
    return sa.Column(name, Words(), server_default="", nullable=False)


def _at() -> sa.Column[object]:
    return sa.Column("at", UtcInstant(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "consents",
        *_words("id", "account", "text", "method"),
        _at(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_account_at"), "consents", ["account", "at"])
    op.create_table(
        "inbox",
        *_words("source", "id", "body", "outcome"),
        _at(),
        sa.PrimaryKeyConstraint("source", "id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_outcome_at"), "inbox", ["outcome", "at"])
    op.add_column("accounts", _added("payer"))
    op.create_index(op.f("ix_accounts_payer"), "accounts", ["payer"])
    for name in ("payer", "method", "network"):
        op.add_column("charge_attempts", _added(name))
    op.create_index(op.f("ix_charge_attempts_at"), "charge_attempts", ["at"])
    op.create_index(op.f("ix_charge_attempts_method_at"), "charge_attempts", ["method", "at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_charge_attempts_method_at"), "charge_attempts")
    op.drop_index(op.f("ix_charge_attempts_at"), "charge_attempts")
    for name in ("network", "method", "payer"):
        op.drop_column("charge_attempts", name)
    op.drop_index(op.f("ix_accounts_payer"), "accounts")
    op.drop_column("accounts", "payer")
    op.drop_table("inbox")
    op.drop_table("consents")
