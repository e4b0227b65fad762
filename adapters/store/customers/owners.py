"""Accounts that were merged: what was written under an old id is found under both, and stays as it was written.

Contacts, services, holds and invoices are moved when accounts are merged (`adapters.store.customers.merging`). Money,
notices, tickets and changes keep the id under which they were written, also when they are written late: whoever reads
them asks with `of_account`.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.types import StoredText
from adapters.store.tables import accounts, payers


def owner(account: str | ColumnElement[str]) -> ColumnElement[str]:
    """The account into which that one was merged; itself when it never was."""
    asked = literal(account, StoredText) if isinstance(account, str) else account
    merged = select(accounts.c.merged_into).where(accounts.c.id == asked)
    return func.coalesce(merged.scalar_subquery(), asked)


def of_account(column: ColumnElement[Any], account: str) -> ColumnElement[bool]:
    """Whether a row is the account's, under whichever of its ids it was written."""
    whole = owner(account)
    # One set of ids, and no `or`: PostgreSQL would read the whole table for that.
    return column.in_(select(whole).union_all(select(accounts.c.id).where(accounts.c.merged_into == whole)))


def of_any(column: ColumnElement[Any], names: Collection[str]) -> ColumnElement[bool]:
    """Whether a row is one of these accounts', which were not merged into others."""
    return or_(column.in_(names), column.in_(select(accounts.c.id).where(accounts.c.merged_into.in_(names))))


def owner_of(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The account of a row as it is now."""
    row = accounts.alias()
    merged = select(row.c.merged_into).where(row.c.id == column)
    return func.coalesce(merged.scalar_subquery(), column)


async def payers_of(connection: AsyncConnection, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Every payer that these accounts ever had, or what was merged into them, by account."""
    now = owner_of(payers.c.account)
    its = select(now.label("account"), payers.c.payer).where(of_any(payers.c.account, names)).order_by(payers.c.payer)
    found = dict[str, tuple[str, ...]]()
    for account, payer in await connection.execute(its):
        found[account] = (*found.get(account, ()), payer)
    return found


async def old_ids(connection: AsyncConnection, names: Collection[str]) -> dict[str, str]:
    """The ids of what was merged into these accounts, each with the account that it is now."""
    merged = select(accounts.c.id, accounts.c.merged_into).where(accounts.c.merged_into.in_(names))
    return {row.id: row.merged_into for row in await connection.execute(merged)}
