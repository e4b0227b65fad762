"""Bounces and mail that comes in, sites and probes of services, what the breaker saw, what services were brought to."""

import sqlalchemy as sa
from alembic import op

from adapters.store.types import UtcInstant, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ADDED = {
    "contacts": ("bounce",),
    "services": ("site", "probe"),
    "notices": ("message_id", "digest", "reply_to"),
    "tickets": ("notice",),
}
_INDEXES = (("account", "at"), ("message_id",), ("digest",))


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Words(), nullable=False) for name in names]


def _at() -> sa.Column[object]:
    return sa.Column("at", UtcInstant(), nullable=False)


def upgrade() -> None:
    for table, names in _ADDED.items():
        for name in names:
            op.add_column(table, sa.Column(name, Words(), server_default="", nullable=False))
    op.add_column("contacts", sa.Column("bounced_at", UtcInstant()))
    op.add_column("services", sa.Column("aliases", sa.JSON(), server_default="[]", nullable=False))
    op.create_index(op.f("ix_services_id"), "services", ["id"])
    for columns in _INDEXES:
        op.create_index(op.f(f"ix_notices_{'_'.join(columns)}"), "notices", list(columns))
    op.create_table(
        "inbound_mails",
        *_words("id", "sender", "recipient", "outcome", "notice", "ticket"),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        _at(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mails")),
    )
    op.create_index(op.f("ix_inbound_mails_outcome_at"), "inbound_mails", ["outcome", "at"])
    op.create_table(
        "consequences",
        *_words("key", "account", "invoice", "action", "status", "incident"),
        _at(),
        sa.CheckConstraint(
            "status in ('admitted', 'deferred', 'allowed', 'kept')", name=op.f("ck_consequences_status")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_consequences")),
    )
    op.create_index(op.f("ix_consequences_status_at"), "consequences", ["status", "at"])
    op.create_table(
        "effects",
        *_words("account", "service", "wanted", "shown", "tag", "proof"),
        _at(),
        sa.PrimaryKeyConstraint("account", "service", name=op.f("pk_effects")),
    )
    op.create_index(op.f("ix_effects_at"), "effects", ["at"])


def downgrade() -> None:
    for table in ("effects", "consequences", "inbound_mails"):
        op.drop_table(table)
    for columns in reversed(_INDEXES):
        op.drop_index(op.f(f"ix_notices_{'_'.join(columns)}"), "notices")
    op.drop_index(op.f("ix_services_id"), "services")
    op.drop_column("services", "aliases")
    op.drop_column("contacts", "bounced_at")
    for table, names in _ADDED.items():
        for name in names:
            op.drop_column(table, name)
