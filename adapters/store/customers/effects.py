"""What services were brought to last, and which accounts the hourly check has to look at."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select, union

from adapters.store.customers.owners import of_account, owner_of
from adapters.store.database.base import Database, put_row
from adapters.store.tables import accounts, effects, holds
from dunning.level import Level
from dunning.records.effects import Effect


class Effects(Database):
    """Keep and read effects."""

    async def put_effects(self, found: Iterable[Effect]) -> None:
        """Insert or replace the effects of their accounts and services, all in one transaction.

        One that is later than what comes stays: a slow worker does not bring back what it saw before.
        """
        async with self._writing() as connection:
            for effect in found:
                await put_row(connection, effects, effect.model_dump(), newest_by="at")

    async def effects(self, account: str) -> tuple[Effect, ...]:
        """Read the account's effects, by service."""
        its = select(effects).where(of_account(effects.c.account, account)).order_by(effects.c.at)
        newest = {row["service"]: Effect.model_validate(dict(row)) for row in await self._rows(its)}
        return tuple(newest[service] for service in sorted(newest))

    async def watched(self, since: datetime, after: str, most: int) -> tuple[str, ...]:
        """Find the accounts with a hold, a restricted service, or an effect at or after `since`, by id.

        Up to `most` ids above `after`. An account that is not in the store any more is not among them.
        """
        changed = or_(effects.c.at >= since, effects.c.wanted.not_in([Level.ACTIVE, Level.DELETED]))
        theirs = owner_of(effects.c.account).label("account")
        either = union(select(holds.c.account), select(theirs).where(changed)).subquery()
        ids = select(accounts.c.id).where(accounts.c.id.in_(select(either.c.account)), accounts.c.id > after)
        return tuple(row["id"] for row in await self._rows(ids.order_by(accounts.c.id).limit(most)))
