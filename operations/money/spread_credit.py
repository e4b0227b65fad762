"""Telling an account's open cases of its credit, the oldest due first, so that money that is there pays what is owed.

Whoever made credit, or used some and left some, has it told on. Nothing rests on that: the hourly check tells a case
again, and what it takes the store gives out once.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from dunning.case.facts import CreditAvailable
from dunning.payments.open_credit import has_used_credit, takes_credit, uses_it_by
from dunning.ports.cases import Cases, NoCaseError
from dunning.ports.invoices import Invoices
from dunning.ports.outages import OutageError
from dunning.ports.payments import Credits
from dunning.records.credit import Credit

_PATIENCE = 15.0
"""Seconds; whoever tells has done what matters, and is waited for."""
log = logging.getLogger("reprieve.operations")


class SpreadRecords(Credits, Invoices, Protocol):
    """What credit there is, and which invoices are open."""


class SpreadCredit:
    """Safe to repeat: a case that was told of the same credit before is not told again."""

    def __init__(self, store: SpreadRecords, cases: Cases) -> None:
        self._store = store
        self._cases = cases

    async def quietly(self, account: str, at: datetime, but: str = "") -> None:
        """As `of`, for whoever has done what matters: an outage is only logged, and the hourly check tells them."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.of(account, at, but)
        except (OutageError, TimeoutError) as error:
            log.warning("open cases of %s were not told of its credit: %r; the hourly check does it", account, error)

    async def of(self, account: str, at: datetime, but: str = "") -> int:
        """Tell those that take it when they are due, and the first that uses it at once, as of `at`.

        That one has it told on when it has used some; `but` is its number then. Returns how many were told. Raises
        OutageError.
        """
        lines = await self._store.credits(account)
        left, told = _left(lines), 0
        for invoice in await self._store.open_invoices(account) if left else ():
            if invoice.number == but:
                continue
            heard, uses_it = await self._told(invoice.number, len(lines), left, at)
            told += heard
            if uses_it:
                break
        return told

    async def all(self, at: datetime) -> int:
        """Tell the open cases of every account that has credit. Returns how many were told. Raises OutageError."""
        return sum([await self.of(account, at) for account in await self._store.accounts_with_credit()])

    async def _told(self, number: str, lines: int, left: frozenset[str], at: datetime) -> tuple[bool, bool]:
        """Whether it was told now, and whether it is one that uses credit at once."""
        try:
            case = await self._cases.ask(number)
            used = has_used_credit(case, lines)
            if used or case.balance.currency not in left or not takes_credit(case):
                return False, False
            fresh = case.credit_lines != lines
            if fresh:
                await self._cases.signal(number, CreditAvailable(lines=lines))
        except NoCaseError:
            return False, False
        return fresh, uses_it_by(case, at)


def _left(lines: Iterable[Credit]) -> frozenset[str]:
    """The currencies in which there is credit."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
    return frozenset(code for code, minor in sums.items() if minor > 0)
