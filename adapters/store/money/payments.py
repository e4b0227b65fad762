"""Charge attempts, credits, consents: money is tried once per key and credited once per payment."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.accounts import lock_account
from adapters.store.customers.owners import of_account, owner_of
from adapters.store.database.base import Database, add_row, columns_of, money_columns
from adapters.store.tables import charge_attempts, consents, credits_, invoices
from dunning.money import Money
from dunning.records.credit import Credit, to_use, used_line
from dunning.records.payments import Attempt, Consent


class PaymentRecords(Database):
    """Write and read charge attempts, credits and consents."""

    async def put_attempt(self, attempt: Attempt) -> None:
        """Insert or replace the attempt of that key."""
        await self._put(charge_attempts, attempt.model_dump(exclude={"amount"}) | columns_of("amount", attempt.amount))

    async def attempt(self, key: str) -> Attempt | None:
        """Read the attempt of that key."""
        row = await self._row(select(charge_attempts).where(charge_attempts.c.key == key))
        return None if row is None else _attempt(row)

    async def declined_since(self, method: str, since: datetime) -> int:
        """Count the attempts with that payment method that were declined at or after `since`."""
        declined = select(func.count()).where(
            charge_attempts.c.method == method, charge_attempts.c.outcome == "declined", charge_attempts.c.at >= since
        )
        row = await self._row(declined)
        return int(next(iter(row.values()))) if row else 0

    async def charged_between(self, since: datetime, until: datetime) -> tuple[Attempt, ...]:
        """Read the attempts that moved money from `since` up to but not at `until`, oldest first, then by key."""
        moved = select(charge_attempts).where(
            charge_attempts.c.outcome == "charged", charge_attempts.c.at >= since, charge_attempts.c.at < until
        )
        rows = await self._rows(moved.order_by(charge_attempts.c.at, charge_attempts.c.key))
        return tuple(_attempt(row) for row in rows)

    async def add_credit(self, credit: Credit) -> bool:
        """Credit once per id; False when that id was credited before."""
        return await self._add(credits_, credit_row(credit))

    async def credit(self, credit: str) -> Credit | None:
        """Read the credit of that id."""
        row = await self._row(select(credits_).where(credits_.c.id == credit))
        return None if row is None else read_credit(row)

    async def use_credit(self, account: str, invoice: str, most: Money, at: datetime) -> Money:
        """Take up to `most` of the account's credit for that invoice, once: a second call gives the first answer.

        What was taken is a negative line under `credit.used_line`; when there was nothing, that is written down, too.
        Raises LookupError when the account is unknown.
        """
        async with self._writing() as connection:
            await lock_account(connection, account)
            return await take_credit(connection, account, invoice, most, at)

    async def credits(self, account: str) -> tuple[Credit, ...]:
        """Read the account's credits, oldest first, then by id; uses of it are negative."""
        mine = select(credits_).where(of_account(credits_.c.account, account), credits_.c.amount != 0)
        return tuple(read_credit(row) for row in await self._rows(mine.order_by(credits_.c.at, credits_.c.id)))

    async def take_out(self, line: Credit) -> Credit | None:
        """Take a negative line off its account's credit, once per id; None when there is not so much.

        Raises LookupError when the account is unknown.
        """
        async with self._writing() as connection:
            await lock_account(connection, line.account)
            its = select(credits_).where(of_account(credits_.c.account, line.account))
            known = [read_credit(row) for row in (await connection.execute(its)).mappings()]
            before = next((credit for credit in known if credit.id == line.id), None)
            if before:
                return before
            if to_use(known, -line.amount) < -line.amount:
                return None
            await add_row(connection, credits_, credit_row(line))
            return line

    async def accounts_with_credit(self) -> tuple[str, ...]:
        """Find the accounts that have credit in some currency and an open invoice, by id."""
        has = owner_of(credits_.c.account).label("account")
        sums = select(has).group_by(has, credits_.c.currency).having(func.sum(credits_.c.amount) > 0).subquery()
        owes = select(invoices.c.number).where(invoices.c.account == sums.c.account, invoices.c.status == "open")
        rich = select(sums.c.account).where(owes.exists()).order_by(sums.c.account)
        return tuple(dict.fromkeys(row["account"] for row in await self._rows(rich)))

    async def add_consent(self, consent: Consent) -> bool:
        """Keep a consent once per id; False when it was kept before."""
        return await self._add(consents, consent.model_dump(exclude={"kind"}))

    async def consents(self, account: str) -> tuple[Consent, ...]:
        """Read the account's consents, oldest first, then by id."""
        its = select(consents).where(of_account(consents.c.account, account)).order_by(consents.c.at, consents.c.id)
        return tuple(Consent.model_validate(dict(row)) for row in await self._rows(its))


async def take_credit(connection: AsyncConnection, account: str, user: str, most: Money, at: datetime) -> Money:
    """Take up to `most` of the account's credit for that user, once; the account has to be locked.

    `user` is an invoice, one of its steps, or what became credit and is its invoice's again.
    """
    its = select(credits_).where(of_account(credits_.c.account, account))
    known = [read_credit(row) for row in (await connection.execute(its)).mappings()]
    use = use_of(known, account, user, most, at)
    await add_row(connection, credits_, credit_row(use))
    return -use.amount


def use_of(known: Iterable[Credit], account: str, user: str, most: Money, at: datetime) -> Credit:
    """The line by which it uses up to `most` of the account's credit: the one that is there, or a new one."""
    lines, line = list(known), used_line(user)
    new = Credit(id=line, account=account, amount=-to_use(lines, most), at=at, reason=f"used for {user}")
    return next((each for each in lines if each.id == line), new)


def _attempt(row: RowMapping) -> Attempt:
    return Attempt.model_validate(dict(row) | {"amount": money_columns(row, "amount")})


def credit_row(credit: Credit) -> dict[str, object]:
    """Write a credit as its row."""
    return credit.model_dump(exclude={"amount"}) | columns_of("amount", credit.amount)


def read_credit(row: RowMapping) -> Credit:
    """Read a row as a credit."""
    return Credit.model_validate(dict(row) | {"amount": money_columns(row, "amount")})
