"""The audit log: one chain, however many processes write to it at once."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.base import Database, alone
from adapters.store.database.outages import outages
from adapters.store.tables import audit
from dunning.audit.entry import BEGINNING, Draft, Entry, chained

_LOCK = b"audit\0\0\0"
_TOGETHER = 500
"""Rows that are in memory at a time, and numbers in one statement."""


class AuditEntries(Database):
    """Add and read entries; erase words, and nothing else."""

    async def add_entry(self, draft: Draft) -> Entry:
        """Give it the next number, after the newest entry. The same draft again is the same entry."""
        async with self._writing() as connection:
            return await _known(connection, draft) or await _added(connection, draft)

    async def erase_words(self, numbers: Sequence[int], erasure: Draft) -> Entry | None:
        """Take the words of these entries away and add the entry that names them, both or neither.

        None, changing nothing, when one of them has no words any more. The same again is the same.
        """
        async with self._writing() as connection:
            if known := await _known(connection, erasure):
                return known
            several = _some(sorted({*numbers}))
            if sum([await _with_words(connection, some) for some in several]) < len({*numbers}):
                return None
            for some in several:
                await connection.execute(update(audit).where(audit.c.number.in_(some)).values(salt="", words=""))
            return await _added(connection, erasure)

    async def newest_entry(self) -> Entry | None:
        """Read the one with the highest number."""
        row = await self._row(_newest())
        return None if row is None else _entry(row)

    async def entry_of(self, link: str) -> Entry | None:
        """Read the one with that link."""
        row = await self._row(select(audit).where(audit.c.link == link))
        return None if row is None else _entry(row)

    def entries(self, after: int = 0) -> AsyncGenerator[Entry]:
        """Read all (after that number), by number, from one look at the table; a few at a time are in memory."""
        its = select(audit).order_by(audit.c.number)  # all are all: also one that somebody put before the first
        return self._streamed(its.where(audit.c.number > after) if after else its)

    async def some_entries(self, after: int, most: int) -> tuple[Entry, ...]:
        """Read the next ones above that number, by number, `most` at the most."""
        its = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(most)
        return tuple(_entry(row) for row in await self._rows(its))

    def newest_entries(self, since: str = "", until: str = "") -> AsyncGenerator[Entry]:
        """Read the same from the end, of those from the instant `since` to before `until`."""
        its = select(audit).where(audit.c.at >= since).order_by(audit.c.number.desc())
        return self._streamed(its.where(audit.c.at < until) if until else its)

    def erasures(self) -> AsyncGenerator[Entry]:
        """Read those that may say that words were erased, by number."""
        its = select(audit).where(audit.c.words.contains('"kind":"erased"', autoescape=True))
        return self._streamed(its.order_by(audit.c.number))

    async def _streamed(self, query: Select[Any]) -> AsyncGenerator[Entry]:
        with outages():
            async with self._reader.connect() as connection:
                found = await connection.stream(query, execution_options={"yield_per": _TOGETHER})
                async for rows in found.mappings().partitions(_TOGETHER):
                    for row in rows:
                        yield _entry(row)


async def _known(connection: AsyncConnection, draft: Draft) -> Entry | None:
    """Nobody else adds one from now on until the transaction ends; this very one may be there from a try before."""
    await alone(connection, _LOCK)
    row = (await connection.execute(select(audit).where(audit.c.seal == draft.seal))).mappings().first()
    return None if row is None else _entry(row)


async def _added(connection: AsyncConnection, draft: Draft) -> Entry:
    row = (await connection.execute(_newest())).mappings().first()
    entry = chained(draft, row["number"] + 1, row["link"]) if row else chained(draft, 1, BEGINNING)
    await connection.execute(insert(audit).values(entry._asdict()))
    return entry


async def _with_words(connection: AsyncConnection, numbers: Sequence[int]) -> int:
    its = select(func.count()).select_from(audit).where(audit.c.number.in_(numbers), audit.c.words != "")
    return int((await connection.execute(its)).scalar_one())


def _some(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[begin : begin + _TOGETHER] for begin in range(0, len(numbers), _TOGETHER)]


def _newest() -> Select[Any]:
    return select(audit).order_by(audit.c.number.desc()).limit(1)


def _entry(row: RowMapping) -> Entry:
    return Entry(**row)
