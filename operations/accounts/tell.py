"""Telling the open cases of an account what was decided about it: kept for all of them first, then brought to each."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from dunning.case.facts import AccountMerged, Exemption
from dunning.ports.inbox import Inbox
from dunning.ports.invoices import Invoices
from dunning.records.books import KnownInvoice
from dunning.records.inbox import COMMAND, InboxEvent, News, Outcome
from operations.decisions import update_of
from operations.errors import KeptError, NoCaseAtAllError, RefusedError

Told = Exemption | AccountMerged
"""What is decided about an account, as each of its cases hears of it."""
Decide = Callable[[str, Told], Awaitable[Outcome]]
"""Brings it to an invoice's case, as `Decisions.decide` does."""
_PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds in which a case that is about to start is there."""


async def with_cases(store: Invoices, account: str) -> list[KnownInvoice]:
    """The account's invoices whose cases may run: one that is paid is not over before its books are closed."""
    return [each for each in await store.all_invoices(account) if each.status != "closed"]


class Telling(NamedTuple):
    """Numbers of the invoices whose cases know it, and of those that hear of it later; and why others did not."""

    told: tuple[str, ...]
    kept: tuple[str, ...]
    refused: tuple[str, ...]


class TellCases:
    """`clock` is the wall's. Safe to repeat: each case counts a fact once."""

    def __init__(self, store: Inbox, decide: Decide, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._decide = decide
        self._clock = clock

    async def tell(self, facts: Mapping[str, Told], keys: Mapping[str, str]) -> Telling:
        """Tell each invoice its fact. `keys`: what makes each one kept once. Raises StoreOutageError.

        All are kept in one transaction before the first case is told.
        """
        await self._store.receive([self._event(number, fact, keys[number]) for number, fact in facts.items()])
        told, kept, refused = list[str](), list[str](), list[str]()
        for number, fact in facts.items():
            try:
                await self._patiently(number, fact)
                told.append(number)
            except KeptError:
                kept.append(number)
            except RefusedError as error:
                refused.append(str(error))
        return Telling(tuple(told), tuple(kept), tuple(refused))

    async def _patiently(self, number: str, fact: Told) -> None:
        """An import writes an invoice down, and starts its case a moment later."""
        for pause in _PAUSES:
            try:
                await self._decide(number, fact)
            except NoCaseAtAllError:
                await asyncio.sleep(pause)
            else:
                return
        await self._decide(number, fact)

    def _event(self, number: str, fact: Told, key: str) -> InboxEvent:
        news = News(invoice=number, decision=fact, update=update_of(fact))
        body, at = news.model_dump_json(), self._clock()
        return InboxEvent(source=COMMAND, id=f"{key}:{number}", body=body, at=at, invoice=number)
