"""Holds for other reasons than money: a person places and lifts them, and no payment does."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from dunning.coverage import ALL, about
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import Level, strictest
from dunning.notices.hold_notice import hold_notice
from dunning.ports.companies import NoticeStarter
from dunning.ports.outages import OutageError
from operations.accounts.write import Deed, note_deed
from operations.errors import RefusedError, UnfinishedError
from operations.invoices.new_invoice import unknown_services
from operations.money.payments import known_account
from operations.services.change_holds import lift_hold
from operations.services.services import AccountServices

LEVELS = (Level.WARNED, Level.LOCKED, Level.SUSPENDED)
"""How far such a hold may go."""


class PlaceHold(NamedTuple):
    """Restrict an account, or one `service` of it, to `level`. `by` is who says so, and `note` why: for staff.

    A `silent` hold does not write to the customer.
    """

    account: str
    source: str
    level: Level
    by: str
    note: str
    silent: bool = False
    service: str = ALL


class LiftHold(NamedTuple):
    """Lift the hold of that source on that `service`, or on the account as a whole. `by` and `note` as above."""

    account: str
    source: str
    by: str
    note: str
    service: str = ALL


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

    async def touched(self, asked: PlaceHold) -> tuple[str, ...]:
        """The services that it would restrict, by id. Raises RefusedError as `place` does, and NoSuchAccountError."""
        await self._sound(asked)
        account = await self._store.account(asked.account)
        return tuple(each.id for each in account.services if asked.service in (ALL, each.id))

    async def loosens(self, asked: PlaceHold) -> Hold | None:
        """The hold of that source on that service, if it is stricter than it would be then. Raises as `place` does."""
        await self._sound(asked)
        found = await self._found(asked.account, asked.source, asked.service)
        return found if found and found.level.rank > asked.level.rank else None

    async def place(self, asked: PlaceHold) -> Held:
        """Place the hold, or bring the one of that source on that service to its level, and write to the customer once.

        Who loosens one and why is kept with the account, as what was said when it was placed goes.

        Raises RefusedError for a source that is an invoice's: those belong to the invoices' cases; for another level
        than `LEVELS`; for a service that the account has not; and when nobody says who places it, or why.
        """
        if stricter := await self.loosens(asked):
            await self._note(asked, stricter, f"loosened to {asked.level.value}")
        before = await self._store.holds(asked.account)
        placed = Hold(
            account=asked.account,
            source=asked.source,
            level=asked.level,
            since=self._clock(),
            service=asked.service,
            note=asked.note,
            by=asked.by,
        )
        await self._store.place_hold(placed)
        holds = await self._bring(asked.account, asked.service)
        if not asked.silent:
            of = (asked.source, asked.service)
            await self._write(asked.account, next((each for each in holds if (each.source, each.service) == of), None))
        return Held(holds != before, holds)

    async def lift(self, asked: LiftHold) -> Held:
        """Lift that hold and nobody else's; who did it and why is kept with the account, as the hold itself goes.

        Raises RefusedError for an invoice's: whoever must not wait for its money waives or voids it; and when nobody
        says who lifts it, or why.
        """
        _of_a_person(asked.source)
        _named(asked.by, asked.note)
        await self._known(asked.account, asked.service)
        if found := await self._found(asked.account, asked.source, asked.service):
            await self._note(asked, found, "lifted")
        lifted = await lift_hold(self._store, asked.account, asked.source, service=asked.service)
        return Held(lifted, await self._bring(asked.account, asked.service))

    async def _found(self, account: str, source: str, service: str) -> Hold | None:
        return next((e for e in await self._store.holds(account) if (e.source, e.service) == (source, service)), None)

    async def _note(self, asked: PlaceHold | LiftHold, found: Hold, how: str) -> None:
        """Keep who lifts or loosens the hold, once: an outage before that is done has the command repeated."""
        what = f"hold {in_words(found)} {how}"
        changes = await self._store.account_changes(asked.account)
        if not any(each.what == (what,) and each.at >= found.since for each in changes):
            await note_deed(self._store, asked.account, what, Deed(asked.by, asked.note, self._clock()))

    async def _sound(self, asked: PlaceHold) -> None:
        _of_a_person(asked.source)
        if asked.level not in LEVELS:
            raise RefusedError(f"no person's hold asks for {asked.level.value}", field="level")
        _named(asked.by, asked.note)
        await self._known(asked.account, asked.service)

    async def _known(self, account: str, service: str) -> None:
        await known_account(self._store, account)
        if wrong := unknown_services([service] if service else [], await self._store.account(account)):
            raise RefusedError(wrong, field="service")

    async def _bring(self, account: str, service: str) -> tuple[Hold, ...]:
        try:
            known = await self._store.account(account)
            return (await self._services.bring(known, self._clock(), about(service))).holds
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


def _named(by: str, reason: str) -> None:
    for field, words in (("by", by), ("reason", reason)):
        if not words.strip():
            raise RefusedError("it must not be empty", field=field)


def in_words(hold: Hold) -> str:
    """`abuse on sandbox:bakery:website (suspended, placed by Ann: phishing)`."""
    on = f" on {hold.service}" if hold.service else ""
    why = f": {hold.note}" if hold.note else ""
    return f"{hold.source}{on} ({hold.level.value}, placed by {hold.by or 'somebody'}{why})"


def _of_a_person(source: str) -> None:
    if source not in OTHER_SOURCES:
        raise RefusedError(f"a hold of this kind is one of {', '.join(OTHER_SOURCES)}, not {source!r}", field="kind")
