"""Cases whose steps waited for what is not so any more look again, one after the other, as they would have come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dunning.case.facts import Reconsider
from dunning.ports.cases import Cases, NoCaseError
from dunning.ports.windows import Windows
from dunning.windows.window import PutOff
from operations.concurrency import a_few

_TOGETHER = 100
"""So many get their places at once, and are told at once."""
Sooner = Sequence[tuple[PutOff, datetime | None]]
"""What waits, in due order, each with the instant (UTC) from which it may come now; None: nobody but its case knows."""


class LookAgain:
    """Gives each its place before its case is told, so the order is that of the steps and not of the answers.

    One comes `every` so often.
    """

    def __init__(self, store: Windows, cases: Cases, every: timedelta) -> None:
        self._store = store
        self._cases = cases
        self._every = every

    async def tell(self, sooner: Sooner, by: str, now: datetime) -> int:
        """How many were told; a closed case needs not hear of it. Safe to repeat: a place that was given stays.

        Raises OutageError when not every case was told.
        """
        told = 0
        for first in range(0, len(sooner), _TOGETHER):
            some = sooner[first : first + _TOGETHER]
            waiting = [row.from_opening(then) for row, then in some if then and row.opening > now]
            await self._store.put_in_line(waiting, self._every)
            told += sum(await a_few(self._told(row, by) for row, _ in some))
        return told

    async def _told(self, row: PutOff, by: str) -> bool:
        try:
            await self._cases.signal(row.invoice, Reconsider(step=row.step, by=by))
        except NoCaseError:
            return False
        return True
