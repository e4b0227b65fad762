"""Maintenance windows, and what waits for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
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

    async def put_in_line(self, waiting: Sequence[PutOff], every: timedelta) -> tuple[PutOff, ...]:
        """Note that steps wait, and give each the next place of its opening, in that order; one comes `every` so often.

        Safe to repeat: who has a place of that opening keeps it.
        """
        ...

    async def in_line(self, invoice: str, step: str, at: datetime) -> PutOff | None:
        """The place for which the step waits at that instant, though its opening is over."""
        ...

    async def forget_put_off(self, before: datetime) -> int:
        """Forget what waited until before that instant; how many."""
        ...

    async def put_off_until_after(self, at: datetime) -> tuple[PutOff, ...]:
        """What waits for any window until later than that, in that order, too."""
        ...

    async def put_off_by(self, window: str) -> tuple[PutOff, ...]:
        """What waits or waited for that window, in the order in which it would have come, then by invoice and step."""
        ...
