"""Comparing the table of open cases with the cases: a signal from outside writes no row, and a write may fail.

Temporal's list says what a case's revision is; only those whose row differs are asked. Nothing is decided here, and
nobody but people reads what is written.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Literal

from dunning.explain.open_cases import row_of
from dunning.fleet.open_cases import CheckReport
from dunning.ports.cases import Cases, Listed, NoCaseError, Wanted
from dunning.ports.outages import OutageError
from dunning.records.open_case import OpenCase
from operations.fleet.dead_cases import DeadRecords, FindDeadCases

PAGE = 200
"""Cases that are asked, and written in one transaction, before the next ones are looked at."""
AT_ONCE = 10
"""Cases that are asked at the same time: each may have to be read back from its history."""


Progress = Callable[[CheckReport], None]


class CheckOpenCases:
    """`clock` says as of when a row is."""

    def __init__(self, table: DeadRecords, cases: Cases, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._cases = cases
        self._clock = clock
        self._dead = FindDeadCases(table, cases, clock)

    async def check(self, told: Progress, *, all: bool = False) -> CheckReport:  # noqa: A002 - as the command says it
        """Ask the running cases whose rows differ, or all of them, and write what they say. Raises OutageError."""
        known = {row.number: row for row in await self._table.open_cases(self._clock())}
        done, seen = CheckReport(), set[str]()
        async for page in _pages(self._cases.listed(Wanted())):
            seen.update(each.invoice for each in page)
            differ = [each.invoice for each in page if all or _differs(known.get(each.invoice), each)]
            answers = await self._ask(differ)
            rows = [each for each in answers if isinstance(each, OpenCase)]
            wrong = {number: row.revision for number, row in known.items()}
            await self._table.put_open([(row, wrong.get(row.number, row.revision)) for row in rows])
            done = CheckReport(
                running=done.running + len(page),
                asked=done.asked + len(differ),
                silent=done.silent + answers.count("silent"),
            )
            told(done)
        gone = known.keys() - seen
        await self._table.forget_open([known[number] for number in gone])
        left = [row for row in await self._table.open_cases(self._clock()) if row.number in gone]
        return done.model_copy(update={"dead": await self._dead.among(left)})

    async def _ask(self, invoices: Sequence[str]) -> list[OpenCase | Literal["silent", "ended"]]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(invoice: str) -> OpenCase | Literal["silent", "ended"]:
            async with gate:
                try:
                    return row_of(await self._cases.ask(invoice), self._clock()) or "ended"
                except NoCaseError:  # meanwhile
                    return "ended"
                except OutageError:  # the next check looks again
                    return "silent"

        return await asyncio.gather(*(one(invoice) for invoice in invoices))


def _differs(row: OpenCase | None, listed: Listed) -> bool:
    if row is None:
        return True
    facts = (row.revision, row.balance.minor, row.level, row.due)
    return facts != (listed.revision, listed.balance_minor, listed.level, listed.due)


async def _pages(cases: AsyncIterator[Listed]) -> AsyncIterator[list[Listed]]:
    page: list[Listed] = []
    async for each in cases:
        page.append(each)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
