"""Accounts with their contacts and services."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.owners import of_account, owner, owner_of
from adapters.store.database.base import Database, add_row, put_row
from adapters.store.database.patience import again
from adapters.store.database.types import StoredText
from adapters.store.tables import account_changes, accounts, contacts, payers, services
from dunning.notices.announcement import Addressee
from dunning.records.accounts import Account, AccountChange, Contact, Service


def unknown_account(account: str) -> LookupError:
    """Say who is missing and what to do."""
    return LookupError(
        f"account {account!r} is not in the store: start an invoice for it with `starter.py start`, "
        "or put the account in the store first"
    )


async def lock_account(connection: AsyncConnection, account: str) -> None:
    """Let nobody else change what hangs on the account, or on the one that it was merged into, until the end.

    SQLite knows no row locks and needs none: a writing transaction is alone there. Raises LookupError when the account
    is unknown.
    """
    if not await locked_account(connection, account):
        raise unknown_account(account)


async def locked_account(connection: AsyncConnection, account: str) -> str:
    """Lock it likewise; its id, or that of what it was merged into, and empty when it is unknown."""
    row = (await connection.execute(_locking(account))).first()
    if row and row[1]:
        await connection.execute(_locking(row[1]))
    return (row[1] or row[0]) if row else ""


def _locking(account: str) -> Select[*tuple[str, str]]:
    return select(accounts.c.id, accounts.c.merged_into).where(accounts.c.id == account).with_for_update()


COLUMNS = {column.name for column in accounts.c} - {"merged_into"}
"""What stands in the account's own row, and is said by whoever writes it."""


# What each step reads, some of it several times: to put it together takes longer than to run it.
_ASKED = bindparam("account", type_=StoredText)
_ITSELF = select(accounts).where(accounts.c.id == owner(_ASKED))
_CONTACTS = select(contacts).where(contacts.c.account == _ASKED).order_by(contacts.c.rank, contacts.c.position)
_SERVICES = select(services).where(services.c.account == _ASKED).order_by(services.c.position)
_MERGED = select(accounts.c.id).where(accounts.c.merged_into == _ASKED)
_PAYERS = (
    select(payers.c.payer)
    .where(or_(payers.c.account == _ASKED, payers.c.account.in_(_MERGED)))
    .order_by(payers.c.payer)
)  # fmt: skip


class Accounts(Database):
    """Insert, replace and read accounts."""

    async def put_account(self, account: Account) -> None:
        """Insert or replace an account with its contacts and services, all or nothing.

        Raises ValueError when one of them names another account: it would be found under neither.
        """
        async with self._writing() as connection:
            await put_account(connection, account)

    async def replace_account(self, before: Account, after: Account, change: AccountChange) -> bool:
        """Bring an account from `before` to `after`, and keep who did it and why, all or nothing.

        False, changing nothing, when the account is not `before` any more, or was merged into another one. Raises
        LookupError when it is unknown, and ValueError as `put_account`, or for another account's change.
        """
        if {before.id, after.id, change.account} != {before.id}:
            raise ValueError(f"a change of {change.account!r} cannot turn {before.id!r} into {after.id!r}")
        async with self._writing() as connection:
            await lock_account(connection, before.id)
            changes = await _changes(connection, before.id)
            if again() and change in changes:  # also one that leaves the account as it is
                return True
            if await read_account(connection, before.id) != before:
                return False
            await put_account(connection, after)
            await note_change(connection, change)
        return True

    async def account_changes(self, account: str) -> tuple[AccountChange, ...]:
        """Read what people changed of the account, oldest first."""
        async with self._reading() as connection:
            return await _changes(connection, account)

    async def set_payer(self, account: str, payer: str) -> None:
        """Note the gateway's own id of the customer; nothing when the account is unknown, and nothing else of it."""
        async with self._writing() as connection:
            change = update(accounts).where(accounts.c.id == owner(account)).values(payer=payer)
            if (await connection.execute(change)).rowcount:
                await _keep_payer(connection, account, payer)

    async def account(self, account: str) -> Account:
        """Read an account, or the one that it was merged into.

        Its contacts come by rank, then, like its services, in the order they were put.

        Raises LookupError, naming the account and what to do, when there is none.
        """
        async with self._reading() as connection:
            return await read_account(connection, account)

    async def account_names(self) -> dict[str, str]:
        """Read how each customer is called, by account; one that was merged into another is none of them."""
        its: Any = select(accounts.c.id, accounts.c.name).where(accounts.c.merged_into.is_(None))
        rows = await self._rows(its)
        return {row["id"]: row["name"] for row in rows}

    async def addressees(self) -> tuple[Addressee, ...]:
        """Read every account with the address that it is written to, by id; none that was merged into another."""
        works = contacts.c.bounced_at.is_(None)
        its: Any = (
            select(accounts.c.id, accounts.c.zone, contacts.c.email)
            .outerjoin(contacts, and_(contacts.c.account == accounts.c.id, works))
            .where(accounts.c.merged_into.is_(None))
            .order_by(accounts.c.id, contacts.c.rank.desc())
        )
        found = {row["id"]: Addressee(row["id"], row["zone"], row["email"] or "") for row in await self._rows(its)}
        return tuple(found.values())

    async def owners(self, service: str) -> tuple[str, ...]:
        """Find the accounts that name the service, by id; several, when somebody signed up again with the same name."""
        its = select(services.c.account).where(services.c.id == service).order_by(services.c.account)
        return tuple(row["account"] for row in await self._rows(its))

    async def account_of(self, payer: str) -> str:
        """Find the account whose `payer` that is, or was; empty when there is none. Of several, the first by id."""
        now = owner_of(payers.c.account).label("id")
        own = accounts.c.payer == payers.c.payer
        mine = select(now).join(accounts, accounts.c.id == now).where(payers.c.payer == payer)
        row = await self._row(mine.order_by(own.desc(), now).limit(1))
        return row["id"] if row else ""

    async def accounts_of_contact(self, email: str) -> tuple[str, ...]:
        """Find the accounts that have a contact of that address, by id; case does not matter."""
        its = select(contacts.c.account).where(contacts.c.email.ilike(_literally(email), escape="\\")).distinct()
        return tuple(row["account"] for row in await self._rows(its.order_by(contacts.c.account)))


async def _changes(connection: AsyncConnection, account: str) -> tuple[AccountChange, ...]:
    columns = account_changes.c
    found = select(account_changes).where(of_account(columns.account, account)).order_by(columns.at, columns.number)
    return tuple(AccountChange.model_validate(dict(row)) for row in (await connection.execute(found)).mappings())


async def note_change(connection: AsyncConnection, change: AccountChange) -> None:
    """Keep who changed an account, whose row is locked; the number is how many changes there were before."""
    number = len(await _changes(connection, change.account))
    await connection.execute(insert(account_changes), change.model_dump() | {"number": number})


async def read_account(connection: AsyncConnection, account: str) -> Account:
    """Read it in this transaction. Raises LookupError."""
    row = (await connection.execute(_ITSELF, {"account": account})).mappings().first()
    if row is None:
        raise unknown_account(account)
    its = {"account": row["id"]}
    people, owned = await connection.execute(_CONTACTS, its), await connection.execute(_SERVICES, its)
    known = (await connection.execute(_PAYERS, its)).scalars()
    return Account(
        **{name: row[name] for name in COLUMNS},
        old_payers=tuple(each for each in known if each != row["payer"]),
        contacts=tuple(Contact.model_validate(dict(each)) for each in people.mappings()),
        services=tuple(Service.model_validate(dict(each)) for each in owned.mappings()),
    )


async def put_account(connection: AsyncConnection, account: Account) -> None:
    """Insert or replace it in this transaction. Raises ValueError as the method of that name."""
    parts = [*account.contacts, *account.services]
    if strangers := {part.account for part in parts} - {account.id}:
        raise ValueError(f"account {account.id!r} has contacts or services of {sorted(strangers)}")
    await put_row(connection, accounts, account.model_dump(include=COLUMNS))
    await _keep_payer(connection, account.id, account.payer)
    await _replace(connection, contacts, account.id, account.contacts)
    await _replace(connection, services, account.id, account.services)


async def _keep_payer(connection: AsyncConnection, account: str, payer: str) -> None:
    if payer:
        await add_row(connection, payers, {"payer": payer, "account": account})


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def _replace(connection: AsyncConnection, table: Table, account: str, parts: Sequence[Contact | Service]) -> None:
    await connection.execute(delete(table).where(table.c.account == account))
    if parts:
        rows = [part.model_dump() | {"position": position} for position, part in enumerate(parts)]
        await connection.execute(insert(table), rows)
