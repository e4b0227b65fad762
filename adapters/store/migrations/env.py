"""Alembic's entry: run on the connection, and in the transaction, that `adapters.store.schema` hands over."""

from typing import TYPE_CHECKING

from alembic import context

from adapters.store.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

connection: "Connection" = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    user_module_prefix="",  # revisions import our types by name
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
