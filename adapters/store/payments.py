"""Charge attempts and credits: money is tried once per key and credited once per payment."""

from sqlalchemy import RowMapping, select

from adapters.store.base import Database, columns_of, money
from adapters.store.tables import charge_attempts, credits_
from dunning.records import Attempt, Credit


class Payments(Database):
    """Write and read charge attempts and credits."""

    async def put_attempt(self, attempt: Attempt) -> None:
        """Insert or replace the attempt of that key."""
        await self._put(charge_attempts, attempt.model_dump(exclude={"amount"}) | columns_of("amount", attempt.amount))

    async def attempt(self, key: str) -> Attempt | None:
        """Read the attempt of that key."""
        row = await self._row(select(charge_attempts).where(charge_attempts.c.key == key))
        return None if row is None else _attempt(row)

    async def add_credit(self, credit: Credit) -> bool:
        """Credit once per id; False when that id was credited before."""
        return await self._add(credits_, credit.model_dump(exclude={"amount"}) | columns_of("amount", credit.amount))

    async def credits(self, account: str) -> tuple[Credit, ...]:
        """Read the account's credits, oldest first, then by id."""
        mine = select(credits_).where(credits_.c.account == account).order_by(credits_.c.at, credits_.c.id)
        rows = await self._rows(mine)
        return tuple(_credit(row) for row in rows)


def _attempt(row: RowMapping) -> Attempt:
    return Attempt.model_validate(dict(row) | {"amount": money(row, "amount")})


def _credit(row: RowMapping) -> Credit:
    return Credit.model_validate(dict(row) | {"amount": money(row, "amount")})
