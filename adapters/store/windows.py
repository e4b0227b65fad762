"""Maintenance windows, and the steps that wait for them."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from adapters.store.database.base import Database
from adapters.store.tables import put_off, windows
from dunning.windows.window import PutOff, Window


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

    async def note_put_off(self, waits: PutOff) -> None:
        """Note that a step waits for a window; once more, it waits until another time."""
        await self._put(put_off, waits.model_dump())

    async def put_off_by(self, window: str) -> tuple[PutOff, ...]:
        """Read what waits or waited for that window, as it would have come, then by invoice and step."""
        return await self._put_off(put_off.c.window == window)

    async def put_off_until_after(self, at: datetime) -> tuple[PutOff, ...]:
        """Read what waits for any window until later than that, in that order, too."""
        return await self._put_off(put_off.c.until > at)

    async def _put_off(self, which: ColumnElement[bool]) -> tuple[PutOff, ...]:
        its = select(put_off).where(which).order_by(put_off.c.at, put_off.c.invoice, put_off.c.step)
        return tuple(PutOff.model_validate(dict(row)) for row in await self._rows(its))
