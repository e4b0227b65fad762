"""Many invoices that begin together, in one transaction: a disk promises a few hundred as fast as one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.accounts import COLUMNS, unknown_account
from adapters.store.customers.owners import old_ids, payers_of
from adapters.store.database.base import Database, add_rows, put_rows
from adapters.store.money.carried import line_row, read_line, to_take
from adapters.store.money.payments import credit_row, read_credit, use_of
from adapters.store.tables import accounts, carried, contacts, credits_, invoices, payers, services
from dunning.money import Money
from dunning.ports.beginnings import AccountChangedError
from dunning.records.accounts import Account, Contact, Service
from dunning.records.beginning import Beginning, Begun
from dunning.records.books import KnownInvoice

Rows = dict[str, list[RowMapping]]
_Part = TypeVar("_Part", Contact, Service)


class Beginnings(Database):
    """Read and begin a few hundred at a time."""

    async def accounts(self, names: Collection[str]) -> dict[str, Account]:
        """Read those of these accounts that are known, or what they were merged into, by id."""
        async with self._reading() as connection:
            its = select(accounts.c.id, accounts.c.merged_into).where(accounts.c.id.in_(names))
            now = {row.id: row.merged_into or row.id for row in await connection.execute(its)}
            known = await _read(connection, {*now.values()})
        return {name: known[each] for name, each in now.items()}

    async def known_invoices(self, numbers: Collection[str]) -> dict[str, KnownInvoice]:
        """Read those of these invoices that are known, open or not, by number."""
        rows = await self._rows(select(invoices).where(invoices.c.number.in_(numbers)))
        return {row["number"]: KnownInvoice.model_validate(dict(row)) for row in rows}

    async def begin(self, several: Sequence[Beginning], at: datetime) -> tuple[Begun, ...]:
        """Open them with their accounts, and issue a generation for each, all or nothing.

        Rests and credit of the account are taken once, as a negative line; when there was nothing, that is written
        down, too. Raises LookupError for an unknown account, AccountChangedError for one that is not as it was `before`
        any more, and ValueError for one that comes twice.
        """
        names = sorted({each.invoice.account for each in several})
        if len(names) < len(several):
            raise ValueError("an account begins one invoice at a time")
        async with self._writing() as connection:
            await write_accounts(connection, [(each.account, each.before) for each in several if each.account])
            await _lock(connection, names)
            generations = await _open(connection, [each.invoice for each in several])
            rests = await _take_rests(connection, several, at)
            paid = await _take_credit(connection, [each for each in several if each.uses_credit], rests, at)
        numbers = [each.invoice.number for each in several]
        return tuple(Begun(generations[number], rests[number], paid.get(number)) for number in numbers)


async def _read(connection: AsyncConnection, names: Collection[str]) -> dict[str, Account]:
    its = await connection.execute(select(accounts).where(accounts.c.id.in_(names), accounts.c.merged_into.is_(None)))
    rows = {row["id"]: row for row in its.mappings()}
    people = await _of(connection, contacts, rows, contacts.c.rank, contacts.c.position)
    owned = await _of(connection, services, rows, services.c.position)
    known = await payers_of(connection, rows)
    return {
        name: Account(
            **{each: row[each] for each in COLUMNS},
            old_payers=tuple(each for each in known.get(name, ()) if each != row["payer"]),
            contacts=_parts(Contact, people[name]),
            services=_parts(Service, owned[name]),
        )
        for name, row in rows.items()
    }


async def write_accounts(connection: AsyncConnection, written: Sequence[tuple[Account, Account | None]]) -> None:
    """Write accounts, each as it should be and as it was read. Raises AccountChangedError.

    Nobody else writes them from now on, and nobody did since they were read, or wrote the very same.
    """
    names = [account.id for account, _ in written]
    if names:
        its = select(accounts.c.id).where(accounts.c.id.in_(names)).order_by(accounts.c.id)
        await connection.execute(its.with_for_update())
        now = await _read(connection, names)
        if changed := [account.id for account, before in written if now.get(account.id) not in (before, account)]:
            raise AccountChangedError(min(changed))
    await _put(connection, [account for account, _ in written])


def _parts(kind: type[_Part], rows: Iterable[RowMapping]) -> tuple[_Part, ...]:
    return tuple(kind.model_validate(dict(row)) for row in rows)


async def _of(connection: AsyncConnection, table: Table, names: Collection[str], *order: Any) -> Rows:
    its = select(table).where(table.c.account.in_(names)).order_by(*order)
    found: Rows = defaultdict(list)
    for row in (await connection.execute(its)).mappings():
        found[row["account"]].append(row)
    return found


async def _lines(connection: AsyncConnection, table: Table, names: Collection[str]) -> Rows:
    """Lines of money, also those that were written before other accounts were merged into these."""
    old = await old_ids(connection, names)
    found = await _of(connection, table, [*names, *old])
    for before, now in old.items():
        found[now] = [*found[now], *found.pop(before, [])]
    return found


async def _put(connection: AsyncConnection, several: Sequence[Account]) -> None:
    """In the order of their ids, so that nobody waits in a circle."""
    ordered = sorted(several, key=lambda account: account.id)
    await put_rows(connection, accounts, [each.model_dump(include=COLUMNS) for each in ordered])
    await add_rows(connection, payers, [{"payer": each.payer, "account": each.id} for each in ordered if each.payer])
    names = [each.id for each in ordered]
    await _replace(connection, contacts, names, [each.contacts for each in ordered])
    await _replace(connection, services, names, [each.services for each in ordered])


async def _replace(
    connection: AsyncConnection, table: Table, names: Sequence[str], parts: Sequence[Sequence[Contact | Service]]
) -> None:
    rows = [each.model_dump() | {"position": place} for several in parts for place, each in enumerate(several)]
    if strangers := {str(row["account"]) for row in rows} - {*names}:
        raise ValueError(f"contacts or services of {sorted(strangers)} stand in other accounts")
    await connection.execute(delete(table).where(table.c.account.in_(names)))
    if rows:
        await connection.execute(insert(table), rows)


async def _lock(connection: AsyncConnection, names: Sequence[str]) -> None:
    its = select(accounts.c.id, accounts.c.merged_into).where(accounts.c.id.in_(names)).order_by(accounts.c.id)
    found = {row.id: row.merged_into for row in await connection.execute(its.with_for_update())}
    if unknown := {*names} - found.keys():
        raise unknown_account(min(unknown))
    if merged := [name for name, into in found.items() if into]:
        raise AccountChangedError(min(merged))


async def _open(connection: AsyncConnection, several: Sequence[KnownInvoice]) -> dict[str, int]:
    await add_rows(connection, invoices, [each.model_dump() for each in sorted(several, key=lambda each: each.number)])
    its = update(invoices).where(invoices.c.number.in_([each.number for each in several]))
    issued = its.values(issued=invoices.c.issued + 1).returning(invoices.c.number, invoices.c.issued)
    return {number: int(generation) for number, generation in await connection.execute(issued)}


async def _take_rests(connection: AsyncConnection, several: Sequence[Beginning], at: datetime) -> dict[str, Money]:
    """What each takes, by its number."""
    found = await _lines(connection, carried, [each.invoice.account for each in several])
    lines = {
        each.invoice.number: to_take(
            map(read_line, found[each.invoice.account]), each.invoice.account, each.invoice.number, each.amount, at
        )
        for each in several
    }
    await add_rows(connection, carried, [line_row(line) for line in lines.values()])
    return {number: -line.amount for number, line in lines.items()}


async def _take_credit(
    connection: AsyncConnection, several: Sequence[Beginning], rests: dict[str, Money], at: datetime
) -> dict[str, Money]:
    """What pays for each, by its number."""
    found = await _lines(connection, credits_, [each.invoice.account for each in several])
    lines = {
        each.invoice.number: use_of(
            map(read_credit, found[each.invoice.account]),
            each.invoice.account,
            each.invoice.number,
            each.amount + rests[each.invoice.number],
            at,
        )
        for each in several
    }
    await add_rows(connection, credits_, [credit_row(line) for line in lines.values()])
    return {number: -line.amount for number, line in lines.items()}
