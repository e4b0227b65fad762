"""What is due for deletion: each removal waits for the people that its policy asks for, or for its day alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime

from dunning.level import Level
from dunning.ports.accounts import Accounts
from dunning.ports.cases import Cases, NoCaseError
from dunning.ports.companies import Panel
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.rules.removals import Removal, due_first, removal
from dunning.states import StateAt
from dunning.windows.shut import Shut
from operations.cases.list_cases import ListCases, Listing
from operations.cases.look import present
from operations.services.panel import switched
from operations.windows.shut import ShutFrom

_STATES: tuple[StateAt, ...] = ("awaiting-approval", "lapsed", "overdue")
_LEVELS = (Level.SUSPENDED.value, Level.INACTIVE.value)
"""Nothing is deleted that is not suspended, so of the overdue cases only those are asked."""
AT_ONCE = 20
"""So many cases are asked at the same time."""


class Removals:
    """Asks the cases that may wait, and the panels for back-ups. `clock` is the wall's."""

    def __init__(
        self, store: Accounts, cases: Cases, panel: Panel, shut: ShutFrom, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._cases = cases
        self._panel = panel
        self._shut = shut
        self._clock = clock
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def due(self) -> list[Removal]:
        """Every account that is due for deletion, those that wait for people now first. Raises OutageError."""
        shut = await self._shut(self._clock())
        waiting = [asyncio.create_task(self._one(number, shut)) async for number in self._numbers()]
        return due_first(each for each in await asyncio.gather(*waiting) if each)

    async def _numbers(self) -> AsyncIterator[str]:
        listing = ListCases(self._cases, self._clock)
        for state in _STATES:
            async for found in listing.of(Listing(state)):
                if state != "overdue" or found.case.level in _LEVELS:
                    yield found.case.invoice

    async def _one(self, number: str, shut: Shut) -> Removal | None:
        async with self._gate:
            try:
                case = await self._cases.ask(number)
            except NoCaseError:  # it has ended since it was listed
                return None
            found = removal(case, present(case, self._clock()), shut.until)
            return await self._looked_at(found) if found else None

    async def _looked_at(self, found: Removal) -> Removal:
        try:
            services = switched(found.covers.of((await self._store.account(found.account)).services))
        except LookupError:
            services = []
        names = tuple(f"{each.kind} {each.domain or each.user}" for each in services)
        return found.model_copy(update={"services": names, "backups": await self._backups(services)})

    async def _backups(self, services: Iterable[Service]) -> bool | None:
        """Whether there is a back-up of any of them; None when a panel cannot say."""
        try:
            said = [(await self._panel.state(service)).backups for service in services]
        except OutageError:
            return None
        return any(said) if said and (True in said or None not in said) else None
