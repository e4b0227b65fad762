"""Cases that the server ended before their time: told once, and marked in the table of open cases."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dunning.ports.cases import Cases
from dunning.ports.open_cases import OpenCases
from dunning.ports.tickets import Tickets
from dunning.records.open_case import OpenCase
from dunning.tickets.fleet import cases_died

AT_ONCE = 10
"""Cases that are asked about at the same time."""


class DeadRecords(OpenCases, Tickets, Protocol):
    """Where it is noted, and work for people."""


class FindDeadCases:
    """`clock` says when they were found."""

    def __init__(self, store: DeadRecords, cases: Cases, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._cases = cases
        self._clock = clock

    async def among(self, rows: Sequence[OpenCase]) -> int:
        """How many of these, whose cases do not run, died. Raises OutageError.

        The ticket comes first: who is stopped in between opens it once more rather than never.
        """
        died = await self._died(rows)
        fresh = {row.number: died[row.number] for row in rows if row.number in died and not row.died}
        if fresh:
            await self._store.open_ticket(cases_died(fresh, self._clock()))
            await self._store.note_deaths([(row, fresh[row.number]) for row in rows if row.number in fresh])
        return len(died)

    async def _died(self, rows: Sequence[OpenCase]) -> Mapping[str, str]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: OpenCase) -> str:
            async with gate:
                return await self._cases.died(row.number)

        found = await asyncio.gather(*map(one, rows))
        return {row.number: how for row, how in zip(rows, found, strict=True) if how}
