"""Maintenance windows, and what waits for them."""

from datetime import datetime
from typing import Protocol

from dunning.windows.window import PutOff, Window


class Windows(Protocol):
    """A window is never deleted: what waited for it names it."""

    async def put_window(self, window: Window) -> None:
        """Insert or replace it."""
        ...

    async def window(self, window: str) -> Window | None:
        """The one of that id."""
        ...

    async def windows(self, since: datetime) -> tuple[Window, ...]:
        """All that end after `since`, cancelled ones too, by their beginning, then by id."""
        ...

    async def note_put_off(self, waits: PutOff) -> None:
        """Note that a step waits for a window; once more, it waits until another time."""
        ...

    async def put_off_until_after(self, at: datetime) -> tuple[PutOff, ...]:
        """What waits for any window until later than that, in that order, too."""
        ...

    async def put_off_by(self, window: str) -> tuple[PutOff, ...]:
        """What waits or waited for that window, in the order in which it would have come, then by invoice and step."""
        ...
