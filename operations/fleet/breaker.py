"""A person decides about the suspensions and deletions that the breaker stopped."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from dunning.case.facts import Reconsider
from dunning.fleet.breaker import ALLOWED, DEFERRED, KEPT, Stopped
from dunning.policy.step_names import step_of
from dunning.ports.cases import Cases, NoCaseError
from dunning.ports.consequences import Consequences
from dunning.ports.outages import OutageError
from dunning.records.effects import Consequence, Decision, Ruling
from dunning.tickets.fleet import breaker_decided
from operations.errors import RefusedError

AT_ONCE = 50
"""So many cases are told at the same time."""


@dataclass(frozen=True)
class Meant:
    """What a person decides about, who that is, and why.

    No invoices means all of the incident, and no incident the only one there is. At `most` so many now (None: all of
    them), the oldest first. `kept`: those that a person decided against before. `keys`: of these alone, to which the
    person has agreed (None: nobody was asked).
    """

    by: str
    reason: str
    invoices: Sequence[str] = ()
    incident: str = ""
    most: int | None = None
    kept: bool = False
    keys: Collection[str] | None = None


@dataclass(frozen=True)
class Decided:
    """What was decided, and how many are left of what was meant.

    `woken` cases heard of it at once. `untold` says why others did not: they find out when they ask again themselves.
    `already` was allowed before.
    """

    rows: Sequence[Stopped]
    left: int
    woken: int = 0
    untold: str = ""
    already: Sequence[Consequence] = ()


class BreakerDecisions:
    """`cases` is only needed to allow. `clock` is the wall's. All raise OutageError while the store is away."""

    def __init__(self, store: Consequences, cases: Cases, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._cases = cases
        self._clock = clock

    async def stopped(self) -> tuple[Stopped, ...]:
        """What the breaker holds back or a person decided against, oldest first; not what was paid for since."""
        return await self._store.stopped()

    async def allow(self, meant: Meant) -> Decided:
        """Let it happen. The cases are told at once, and look at everything anew. Safe to repeat.

        Raises RefusedError for what is not there, and for what may mean two things.
        """
        _sound(meant)
        already = await self._already(meant)
        rows, left = await self._decide(meant, _allowable(meant), ALLOWED, already)
        woken, untold = await self._wake(rows, meant)
        return Decided(rows, left, woken, untold, already)

    async def allowable(self, meant: Meant) -> Sequence[Stopped]:
        """What `allow` would let happen now. Raises RefusedError as it does."""
        _sound(meant)
        already = await self._already(meant)
        return _among(await self._store.stopped(), meant, _allowable(meant), already)[: meant.most]

    async def keep(self, meant: Meant) -> Decided:
        """Decide against it, until a person allows it. Raises RefusedError as `allow` does."""
        _sound(meant)
        return Decided(*await self._decide(meant, (DEFERRED,), KEPT))

    async def _already(self, meant: Meant) -> Sequence[Consequence]:
        named = meant.invoices or meant.incident
        return await self._store.allowed(meant.invoices, meant.incident) if named else ()

    async def _decide(
        self, meant: Meant, statuses: Sequence[str], status: Decision, already: Sequence[Consequence] = ()
    ) -> tuple[Sequence[Stopped], int]:
        ruling = Ruling(status, meant.by.strip(), meant.reason.strip())
        while True:  # cases come and other people decide, too
            found = _among(await self._store.stopped(), meant, statuses, already)
            rows = found[: meant.most]
            if not rows or await self._store.rule_on(rows, ruling, breaker_decided(rows, ruling, self._clock())):
                return rows, len(found) - len(rows)

    async def _wake(self, rows: Sequence[Stopped], meant: Meant) -> tuple[int, str]:
        woken = 0
        try:
            for start in range(0, len(rows), AT_ONCE):
                told = await asyncio.gather(*(self._tell(row, meant) for row in rows[start : start + AT_ONCE]))
                woken += sum(told)
        except OutageError as error:
            return woken, str(error)
        return woken, ""

    async def _tell(self, row: Stopped, meant: Meant) -> bool:
        fact = Reconsider(step=step_of(row.key), by=meant.by.strip(), reason=meant.reason.strip())
        try:
            await self._cases.signal(row.invoice, fact)
        except NoCaseError:  # one that is closed needs not hear of it
            return False
        return True


def _sound(meant: Meant) -> None:
    if meant.most is not None and meant.most < 1:
        raise RefusedError(f"{meant.most} is not a number of invoices", field="most")
    for field, words in (("by", meant.by), ("reason", meant.reason)):
        if not words.strip():
            raise RefusedError(f"say {'who decides' if field == 'by' else 'why'}", field=field)


def _allowable(meant: Meant) -> Sequence[str]:
    """What a person names may have been decided against before."""
    if meant.invoices:
        return (DEFERRED, KEPT)
    return (KEPT,) if meant.kept else (DEFERRED,)


def _among(
    rows: Sequence[Stopped], meant: Meant, statuses: Sequence[str], already: Sequence[Consequence]
) -> list[Stopped]:
    """What is meant of that. Raises RefusedError for what neither waits nor was allowed before."""
    known = (*rows, *already)
    if unknown := sorted({*meant.invoices} - {row.invoice for row in known}):
        raise RefusedError("the breaker holds nothing back of it; look at what it stopped", about=", ".join(unknown))
    if meant.incident and meant.incident not in {row.incident for row in known}:
        raise RefusedError(f"nothing is left of {meant.incident!r}; look at what it stopped", field="incident")
    found = [row for row in rows if row.status in statuses and _is_meant(row, meant)]
    several = dict.fromkeys(row.incident for row in found)
    if len(several) > 1 and not meant.invoices:
        raise RefusedError(f"there are several; name one: {', '.join(several)}", field="incident")
    return found


def _is_meant(row: Stopped, meant: Meant) -> bool:
    agreed = meant.keys is None or row.key in meant.keys
    return agreed and (not meant.invoices or row.invoice in meant.invoices) and meant.incident in ("", row.incident)
