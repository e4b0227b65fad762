"""What services were brought to last, and which accounts the hourly check has to look at."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select, union

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
        its = select(effects).where(effects.c.account == account).order_by(effects.c.service)
        return tuple(Effect.model_validate(dict(row)) for row in await self._rows(its))

    async def watched(self, since: datetime, after: str, most: int) -> tuple[str, ...]:
        """Find the accounts with a hold, a restricted service, or an effect at or after `since`, by id.

        Up to `most` ids above `after`. An account that is not in the store any more is not among them.
        """
        changed = or_(effects.c.at >= since, effects.c.wanted.not_in([Level.ACTIVE, Level.DELETED]))
        either = union(select(holds.c.account), select(effects.c.account).where(changed)).subquery()
        ids = select(accounts.c.id).where(accounts.c.id.in_(select(either.c.account)), accounts.c.id > after)
        return tuple(row["id"] for row in await self._rows(ids.order_by(accounts.c.id).limit(most)))
