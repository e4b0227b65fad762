"""Holds: changed only while their account is locked, so that two changes never undo each other."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.accounts import lock_account
from adapters.store.database.base import Database, put_row
from adapters.store.tables import holds
from dunning.holds import Hold


class Holds(Database):
    """Place, swap and read holds."""

    async def holds(self, account: str) -> tuple[Hold, ...]:
        """Read the account's holds, oldest first, then by source."""
        return tuple(Hold.model_validate(dict(row)) for row in await self._rows(_of(account)))

    async def place_hold(self, hold: Hold) -> None:
        """Insert the hold of (account, source), or bring an existing one to the new level (keeping `since`).

        Raises LookupError when the account is unknown.
        """
        async with self._writing() as connection:
            await lock_account(connection, hold.account)
            await put_row(connection, holds, hold.model_dump(), keep="since")

    async def replace_holds(self, account: str, before: Sequence[Hold], after: Sequence[Hold]) -> bool:
        """Swap the account's holds in one transaction; False, changing nothing, when they are no longer `before`.

        The order of `before` does not matter. Raises LookupError when the account is unknown, ValueError when a hold
        of `after` belongs to another one.
        """
        if strangers := {hold.account for hold in after} - {account}:
            raise ValueError(f"holds of {sorted(strangers)} cannot replace those of account {account!r}")
        async with self._writing() as connection:
            await lock_account(connection, account)
            found = (await connection.execute(_of(account))).mappings()
            if _by_source(Hold.model_validate(dict(row)) for row in found) != _by_source(before):
                return False
            await _write(connection, account, after)
        return True


def _of(account: str) -> Select[tuple[object, ...]]:
    return select(holds).where(holds.c.account == account).order_by(holds.c.since, holds.c.source)


def _by_source(found: Iterable[Hold]) -> dict[str, Hold]:
    return {hold.source: hold for hold in found}


async def _write(connection: AsyncConnection, account: str, after: Sequence[Hold]) -> None:
    await connection.execute(delete(holds).where(holds.c.account == account))
    if after:
        await connection.execute(insert(holds), [hold.model_dump() for hold in after])
