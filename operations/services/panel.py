"""Bringing services to a level at a panel that may lie: read the state, act, read it again, believe only that."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from dunning.coverage import DOMAIN, Coverage
from dunning.holds import OTHER_SOURCES, Hold
from dunning.level import Level, at_panel, strictest
from dunning.ports.companies import Panel
from dunning.ports.effects import Effects
from dunning.ports.holds import Holds
from dunning.ports.outages import OutageError
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account, Service
from dunning.records.effects import Effect, PanelState
from dunning.services.shared_users import holds_on, same_user, with_same_user
from dunning.tickets.services import locked_at_panel
from operations.services.manual_tasks import domains_by_hand

log = logging.getLogger("reprieve.operations")


class PanelRecords(Effects, Holds, Tickets, Protocol):
    """What is asked for, what a panel was brought to, and work for people."""


_HOLD, _DUNNING = "hold:", "dun:"
_HOLDS = tuple(f"{_HOLD}{source}" for source in OTHER_SOURCES)


def switched(services: Iterable[Service]) -> list[Service]:
    """Those of these services that a panel may switch: domain names are adjusted by hand (S3-31)."""
    return [each for each in services if each.kind != DOMAIN]


def without_their_user(panel: Panel, meant: Sequence[Service], services: Sequence[Service]) -> list[Service]:
    """Those of these services that are one panel user's together with others that are not meant."""
    ids = {each.id for each in meant}
    others = ((each, same_user(each, services, panel.by_user)) for each in meant)
    return [each for each, same in others if any(other.id not in ids for other in same)]


async def bring_to_holds(
    panel: Panel, store: PanelRecords, account: Account, covers: Coverage, at: datetime
) -> tuple[Hold, ...]:
    """Bring each service that is covered to the strictest level that a hold asks for, and say the account's holds.

    Services that their panel switches together with one of these are brought along; no other is touched. Holds that
    come or go meanwhile (an abuse hold, another invoice) are seen: it starts over until they stand still.
    What only people can do becomes a ticket, as of `at`. Raises OutageError until the panel shows it; one broken
    service keeps no other from its level.
    """
    while True:
        holds = await store.holds(account.id)
        known = {each.service: each for each in await store.effects(account.id)}
        services = switched(account.services)
        meant = with_same_user(covers.of(services), services, panel.by_user)
        tried = [_Bringing(panel, store, each, known.get(each.id), at).to(holds, services) for each in meant]
        failed = [error for error in await asyncio.gather(*tried, return_exceptions=True) if error]
        await domains_by_hand(store, account, holds, at)
        if await store.holds(account.id) == holds:
            if failed:
                raise failed[0]
            return holds
        log.info("holds changed while services were brought to them; once more")


def tag_of(holds: Sequence[Hold]) -> str:
    """What the panel shows as the reason: the strictest hold's, marked as ours (S2-06, S2-16)."""
    if not holds:
        return ""
    first = max(holds, key=lambda hold: hold.level.rank)
    if first.source in OTHER_SOURCES:
        return f"{_HOLD}{first.source}"
    return f"{first.note or 'non-payment'} {_DUNNING}{first.source}"


def mark(seen: PanelState, known: Effect | None) -> str:
    """The reason of a restriction: what the panel shows, or what we noted as we restricted it or took it over.

    That counts where the panel keeps no reason, or still shows the one of the system that it was taken over from.
    """
    adopted = known is not None and known.adopted is not None and known.adopted == seen.tag
    if seen.tag is not None and not adopted:
        return seen.tag
    return known.tag if known and seen.level is not Level.ACTIVE else ""


def still_adopted(seen: PanelState, known: Effect | None) -> str | None:
    """The reason of another system that is as good as ours, while the panel shows it."""
    return known.adopted if known and known.adopted == seen.tag and seen.level is not Level.ACTIVE else None


def is_of_staff(tag: str) -> bool:
    """Whether a reason carries the mark of a person's hold."""
    return tag in _HOLDS


def is_ours(tag: str) -> bool:
    """Whether a reason carries the mark of one of our holds."""
    return is_of_staff(tag) or _DUNNING in tag


def may_loosen(seen: PanelState, known: Effect | None) -> bool:
    """Whether we may lift what is seen: it is ours, and the panel lets us. `known` is what we noted of the service."""
    return is_ours(mark(seen, known)) and not seen.locked


class _Bringing:
    """One service; `known` is what it was brought to last."""

    def __init__(self, panel: Panel, store: PanelRecords, service: Service, known: Effect | None, at: datetime) -> None:
        self._panel = panel
        self._store = store
        self._service = service
        self._known = known
        self._at = at

    async def to(self, holds: Sequence[Hold], services: Sequence[Service]) -> None:
        """Bring it to what these holds ask for. A restriction that we may not lift stays, whoever asks."""
        holds = holds_on(self._service, services, holds, self._panel.by_user)
        wanted = at_panel(strictest(hold.level for hold in holds), self._panel.expresses(self._service))
        seen = await self._panel.state(self._service)
        if seen.level in (wanted, Level.DELETED):
            return
        if seen.level.rank > wanted.rank and not may_loosen(seen, self._known):
            if seen.locked and is_ours(mark(seen, self._known)):
                await self._store.open_ticket(locked_at_panel(self._service, self._at))
            return
        await self._note(seen, holds)
        await self._ask(wanted, tag_of(holds))

    async def _ask(self, wanted: Level, tag: str) -> None:
        """Believe what is shown, also after a call that failed: it may have been done all the same."""
        asking = (
            self._panel.loosen(self._service, tag)
            if wanted is Level.ACTIVE
            else self._panel.restrict(self._service, wanted, tag)
        )
        failed = await _failure(asking)
        seen = await self._panel.state(self._service)
        if seen.level is not wanted:
            raise failed or OutageError(
                f"the panel shows service {self._service.id} as {seen.level.value} after it was asked for "
                f"{wanted.value}; asking again"
            )

    async def _note(self, seen: PanelState, holds: Sequence[Hold]) -> None:
        """Where the panel keeps no reason, write ours down before we act: whoever reinstates the service needs it.

        The rest of what is known stays, and its time too: nothing has happened yet.
        """
        if seen.tag is not None or not holds or is_ours(mark(seen, self._known)):
            return
        of = {"account": self._service.account, "service": self._service.id}
        known = self._known or Effect(**of, wanted=seen.level, shown=seen.level, at=self._at)
        await self._store.put_effects([known.model_copy(update={"tag": tag_of(holds)})])


async def _failure(asking: Awaitable[None]) -> OutageError | None:
    try:
        await asking
    except OutageError as error:
        return error
    return None


DELETING = 60.0
"""Seconds for a call that deletes, with the question before it: an answer that is older counts no more."""


async def delete_at_panel(
    panel: Panel, service: Service, *, backups: bool, wanted: Callable[[], Awaitable[None]]
) -> bool:
    """Delete a service, or its back-ups, and believe it when the panel shows it. Raises OutageError until then.

    `wanted` is asked directly before the call, and raises when it must not be made any more. False when the panel
    cannot say whether there are back-ups: it was asked, and a person has to look.
    """
    if await _is_gone(panel, service, backups=backups):
        return True
    failed = await _failure(_delete_in_time(panel, service, backups=backups, wanted=wanted))
    gone = await _is_gone(panel, service, backups=backups)
    if gone is False or (failed and not gone):
        what = "back-ups of service" if backups else "service"
        raise failed or OutageError(
            f"the panel still shows {what} {service.id} after it was asked to delete; asking again"
        )
    return bool(gone)


async def _delete_in_time(
    panel: Panel, service: Service, *, backups: bool, wanted: Callable[[], Awaitable[None]]
) -> None:
    """The time runs from before the question: whoever was frozen in between does not call."""
    try:
        async with asyncio.timeout(DELETING):
            await wanted()
            await panel.delete(service, backups=backups)
    except TimeoutError:
        msg = f"the deletion of service {service.id} was not over in {DELETING:.0f} seconds; looking again"
        raise OutageError(msg) from None


async def _is_gone(panel: Panel, service: Service, *, backups: bool) -> bool | None:
    seen = await panel.state(service)
    if backups:
        return None if seen.backups is None else not seen.backups
    return seen.level is Level.DELETED
