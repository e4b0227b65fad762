"""Outages of the way to pay."""

from datetime import datetime

from sqlalchemy import RowMapping, delete, or_, select

from adapters.store.database.base import Database
from adapters.store.tables import outages
from dunning.windows.outage import Outage, Way


class OutageLedger(Database):
    """Keep and read outages."""

    async def put_outage(self, outage: Outage) -> None:
        """Insert or replace it."""
        await self._put(outages, outage.model_dump())

    async def drop_outage(self, outage: str) -> None:
        """Forget what turned out to be none."""
        async with self._writing() as connection:
            await connection.execute(delete(outages).where(outages.c.id == outage))

    async def outage(self, outage: str) -> Outage | None:
        """Read the one of that id."""
        row = await self._row(select(outages).where(outages.c.id == outage))
        return None if row is None else _outage(row)

    async def outages(self, since: datetime) -> tuple[Outage, ...]:
        """Read all that were seen or ended after `since`, by their beginning, then by id."""
        late = or_(outages.c.seen > since, outages.c.until > since)
        its = select(outages).where(late).order_by(outages.c.since, outages.c.id)
        return tuple(map(_outage, await self._rows(its)))

    async def running_outage(self, way: Way) -> Outage | None:
        """Read the one of that part that checks have seen and that has no end yet."""
        its = select(outages).where(outages.c.way == way.value, outages.c.until.is_(None))
        row = await self._row(its.order_by(outages.c.since.desc()))
        return None if row is None else _outage(row)


def _outage(row: RowMapping) -> Outage:
    return Outage.model_validate(dict(row))
