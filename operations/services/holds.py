"""Holds for other reasons than money: a person places and lifts them, and no payment does."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import Level, strictest
from dunning.notices.hold_notice import hold_notice
from dunning.ports.companies import NoticeStarter
from dunning.ports.outages import OutageError
from operations.errors import RefusedError, UnfinishedError
from operations.payments import known_account
from operations.services.change_holds import lift_hold
from operations.services.services import AccountServices

LEVELS = (Level.WARNED, Level.LOCKED, Level.SUSPENDED)
"""How far such a hold may go."""


class PlaceHold(NamedTuple):
    """Restrict an account to `level`. `note` is for staff; a `silent` hold does not write to the customer."""

    account: str
    source: str
    level: Level
    note: str = ""
    silent: bool = False


class Held(NamedTuple):
    """Whether it changed the account's holds, and those that it has now."""

    changed: bool
    holds: tuple[Hold, ...]

    @property
    def level(self) -> Level:
        """The strictest level that any of them asks for."""
        return strictest(each.level for each in self.holds)


class StaffHolds:
    """Both are safe to repeat. `clock` is the wall's: sites are told as of now.

    Both raise NoSuchAccountError, and UnfinishedError when a panel, a site or the way to the customer is away: the
    hold is placed or lifted all the same, so whoever asked asks again.
    """

    def __init__(self, services: AccountServices, notices: NoticeStarter, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._store = services.store
        self._notices = notices
        self._clock = clock

    async def place(self, asked: PlaceHold) -> Held:
        """Place the hold, or bring the one of that source to its level, and write to the customer once.

        Raises RefusedError for a source that is an invoice's: those belong to the invoices' cases; and for another
        level than `LEVELS`.
        """
        if asked.source not in OTHER_SOURCES:
            raise RefusedError(
                f"a hold of this kind is one of {', '.join(OTHER_SOURCES)}, not {asked.source!r}", field="kind"
            )
        if asked.level not in LEVELS:
            raise RefusedError(f"no person's hold asks for {asked.level.value}", field="level")
        await known_account(self._store, asked.account)
        before = await self._store.holds(asked.account)
        await self._store.place_hold(
            Hold(account=asked.account, source=asked.source, level=asked.level, since=self._clock(), note=asked.note)
        )
        holds = await self._bring(asked.account)
        if not asked.silent:
            await self._write(asked.account, next((each for each in holds if each.source == asked.source), None))
        return Held(holds != before, holds)

    async def lift(self, account: str, source: str) -> Held:
        """Lift the hold of that source and nobody else's."""
        await known_account(self._store, account)
        lifted = await lift_hold(self._store, account, source)
        return Held(lifted, await self._bring(account))

    async def _bring(self, account: str) -> tuple[Hold, ...]:
        try:
            return (await self._services.bring(await self._store.account(account), self._clock())).holds
        except OutageError as error:
            raise UnfinishedError(
                f"{account}: the holds are written down, but the services are not there yet: {error}"
            ) from None

    async def _write(self, account: str, placed: Hold | None) -> None:
        """The worker sends it, and keeps a copy (S1-21). The same hold at the same level is told once."""
        if placed is None:  # somebody lifted it meanwhile
            return
        try:
            await self._notices.send(hold_notice(placed, await self._store.account(account), self._clock()))
        except OutageError as error:
            raise UnfinishedError(
                f"{account}: the services are restricted, but the customer was not written to: {error}"
            ) from None
