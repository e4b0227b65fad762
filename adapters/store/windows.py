"""Maintenance windows, and the steps that wait for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.base import Database, alone, put_row
from adapters.store.tables import put_off, windows
from dunning.windows.window import PutOff, Window

_LOCK = b"put off."
_CLOCKS = timedelta(minutes=1)
"""The clock of whoever let it go may be ahead of the server's by so much."""


class Windows(Database):
    """Keep and read windows."""

    async def put_window(self, window: Window) -> None:
        """Insert or replace it."""
        await self._put(windows, window.model_dump())

    async def window(self, window: str) -> Window | None:
        """Read the one of that id."""
        row = await self._row(select(windows).where(windows.c.id == window))
        return None if row is None else Window.model_validate(dict(row))

    async def windows(self, since: datetime) -> tuple[Window, ...]:
        """Read all that end after `since`, cancelled ones too, by their beginning, then by id."""
        its = select(windows).where(windows.c.until > since).order_by(windows.c.since, windows.c.id)
        return tuple(Window.model_validate(dict(row)) for row in await self._rows(its))

    async def put_in_line(self, waiting: Sequence[PutOff], every: timedelta) -> tuple[PutOff, ...]:
        """Note that steps wait, and give each the next place of its opening; who has one of that opening keeps it."""
        async with self._writing() as connection:
            await alone(connection, _LOCK)
            return tuple([await _placed(connection, each, every) for each in waiting])

    async def in_line(self, invoice: str, step: str, at: datetime) -> PutOff | None:
        """Read the place for which the step waits at that instant, though its opening is over."""
        its = select(put_off).where(put_off.c.invoice == invoice, put_off.c.step == step, put_off.c.until > at)
        row = await self._row(its.where(put_off.c.opening <= at + _CLOCKS).order_by(put_off.c.until.desc()))
        return None if row is None else PutOff.model_validate(dict(row))

    async def forget_put_off(self, before: datetime) -> int:
        """Delete what waited until before that instant; how many."""
        async with self._writing() as connection:
            return (await connection.execute(delete(put_off).where(put_off.c.until < before))).rowcount

    async def put_off_by(self, window: str) -> tuple[PutOff, ...]:
        """Read what waits or waited for that window, as it would have come, then by invoice and step."""
        return await self._put_off(put_off.c.window == window)

    async def put_off_until_after(self, at: datetime) -> tuple[PutOff, ...]:
        """Read what waits for any window until later than that, in that order, too."""
        return await self._put_off(put_off.c.until > at)

    async def _put_off(self, which: ColumnElement[bool]) -> tuple[PutOff, ...]:
        its = select(put_off).where(which).order_by(put_off.c.at, put_off.c.invoice, put_off.c.step)
        return tuple(PutOff.model_validate(dict(row)) for row in await self._rows(its))


async def _placed(connection: AsyncConnection, waiting: PutOff, every: timedelta) -> PutOff:
    key = {column.name: getattr(waiting, column.name) for column in put_off.primary_key}
    its = select(put_off).where(*(put_off.c[name] == value for name, value in key.items()))
    known = (await connection.execute(its)).mappings().first()
    if known and known["opening"] == waiting.opening:
        return PutOff.model_validate(dict(known))
    last = select(func.max(put_off.c.place)).where(put_off.c.opening == waiting.opening)
    place = (await connection.execute(last)).scalar_one()
    placed = waiting.in_place(0 if place is None else place + 1, every)
    await put_row(connection, put_off, placed.model_dump())
    return placed
