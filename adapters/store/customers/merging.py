"""Merging two accounts into one, in one transaction: `adapters.store.customers.owners` says what keeps its old id."""

from collections.abc import Sequence

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.accounts import locked_account, note_change, put_account, read_account
from adapters.store.customers.holds import read_holds, write_holds
from adapters.store.database.base import Database
from adapters.store.database.patience import again
from adapters.store.tables import accounts, contacts, holds, invoices, open_cases, services
from dunning.records.accounts import AccountChange
from dunning.records.merging import Merge, held_by_people, of_both, pays_for


class Merging(Database):
    """Merge accounts, and tell what became of one."""

    async def merge_accounts(self, merge: Merge, change: AccountChange) -> bool:
        """Bring all of one account to the other, and keep who did it and why, all or nothing.

        False, changing nothing, when one of them is not as it was read any more, or is held as a whole by a person.
        """
        one, into = merge.one, merge.into
        async with self._writing() as connection:
            for name in sorted((one.id, into.id)):
                await locked_account(connection, name)
            if again() and await _merged_into(connection, one.id) == into.id:
                return True
            if (await read_account(connection, one.id), await read_account(connection, into.id)) != (one, into):
                return False
            held = (*await read_holds(connection, one.id), *await read_holds(connection, into.id))
            if held_by_people(held, merge):
                return False
            await _move(connection, merge)
            await write_holds(connection, into.id, of_both(held, merge))
            await put_account(connection, merge.both)
            await note_change(connection, change)
        return True

    async def merged_into(self, account: str) -> str:
        """Read what the account was merged into; empty when it never was, or is unknown."""
        async with self._reading() as connection:
            return await _merged_into(connection, account)


async def _merged_into(connection: AsyncConnection, account: str) -> str:
    its = select(accounts.c.merged_into).where(accounts.c.id == account)
    return (await connection.execute(its)).scalar() or ""


async def _move(connection: AsyncConnection, merge: Merge) -> None:
    """All but the holds: an invoice that names no services names, from now on, those that its account had."""
    old, new = merge.one.id, merge.into.id
    for account in (merge.one, merge.into):
        if named := pays_for(account, merge):
            its = update(invoices).where(invoices.c.account == account.id)
            unnamed = select(invoices.c.number).where(invoices.c.account == account.id)
            rows = (await connection.execute(unnamed.add_columns(invoices.c.pays_for).with_for_update())).all()
            numbers = [row.number for row in rows if not row.pays_for]
            await connection.execute(its.where(invoices.c.number.in_(numbers)).values(pays_for=list(named)))
    for table in (invoices, open_cases):
        await connection.execute(update(table).where(table.c.account == old).values(account=new))
    await _empty(connection, old, (contacts, services, holds))
    merged = accounts.c.id == old, accounts.c.merged_into == old
    for each in merged:
        await connection.execute(update(accounts).where(each).values(merged_into=new))


async def _empty(connection: AsyncConnection, account: str, tables: Sequence[Table]) -> None:
    for table in tables:
        await connection.execute(delete(table).where(table.c.account == account))
