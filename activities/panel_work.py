"""Bringing services to a level at a panel that may lie: read the state, act, read it again (never trust the answer)."""

import asyncio
from collections.abc import Iterable, Sequence

from dunning.holds import OTHER_SOURCES, Hold, level_for
from dunning.levels import Level, at_panel
from dunning.ports import OutageError, Panel, Store
from dunning.records import Account, Service

STAFF_KINDS = ("domain",)
"""Kinds that no activity touches: domain names are adjusted by hand (S3-31)."""


def touched(services: Iterable[Service], kinds: tuple[str, ...]) -> list[Service]:
    """The services of these kinds (empty means all) that a panel may switch."""
    return [s for s in services if s.kind not in STAFF_KINDS and (not kinds or s.kind in kinds)]


async def bring_to_holds(panel: Panel, store: Store, account: Account) -> tuple[Hold, ...]:
    """Bring each service to the strictest level that a hold asks for, and say which holds those were.

    Holds that come or go meanwhile (an abuse hold, another invoice) are seen: it starts over until they stand still.
    Raises OutageError until the panel shows it; one broken service keeps no other from its level.
    """
    while True:
        holds = await store.holds(account.id)
        tried = [_bring(panel, service, holds) for service in touched(account.services, ())]
        failed = [error for error in await asyncio.gather(*tried, return_exceptions=True) if error]
        if failed:
            raise failed[0]
        if await store.holds(account.id) == holds:
            return holds


def tag_of(holds: Sequence[Hold]) -> str:
    """What the panel shows as the reason: the strictest hold's, marked as ours (S2-06, S2-16)."""
    if not holds:
        return ""
    first = max(holds, key=lambda hold: hold.level.rank)
    if first.source in OTHER_SOURCES:
        return f"{_HOLD}{first.source}"
    return f"{first.note or 'non-payment'} {_DUNNING}{first.source}"


_HOLD, _DUNNING = "hold:", "dun:"


async def _bring(panel: Panel, service: Service, holds: Sequence[Hold]) -> None:
    wanted = at_panel(level_for(service.kind, holds))
    seen = await panel.state(service)
    if seen in (wanted, Level.DELETED) or await _is_staffs(panel, service, seen, wanted):
        return
    if wanted is Level.ACTIVE:
        await panel.release(service, tag_of(holds))
    else:
        await panel.restrict(service, wanted, tag_of(holds))
    seen = await panel.state(service)
    if seen is not wanted:
        msg = (
            f"the panel shows service {service.id} as {seen.value} after it was asked for {wanted.value}; asking again"
        )
        raise OutageError(msg)


async def _is_staffs(panel: Panel, service: Service, seen: Level, wanted: Level) -> bool:
    """Whether a person restricted it at the panel itself: such a restriction is never loosened by us."""
    if seen.rank <= wanted.rank:
        return False
    tag = await panel.tag(service)
    return not (tag.startswith(_HOLD) or _DUNNING in tag)


async def suspended_by_staff(panel: Panel, services: Iterable[Service], holds: Sequence[Hold]) -> list[str]:
    """The services that stay restricted although no hold asks for it, as `panel:<service>`."""
    found: list[str] = []
    for service in touched(services, ()):
        wanted, seen = at_panel(level_for(service.kind, holds)), await panel.state(service)
        if seen is not Level.DELETED and seen.rank > wanted.rank:
            found.append(f"panel:{service.id}")
    return found


async def delete_at_panel(panel: Panel, service: Service, *, backups: bool) -> None:
    """Delete a service, or its back-ups, and believe it when the panel shows it. Raises OutageError until then."""
    if await _is_gone(panel, service, backups=backups):
        return
    await panel.delete(service, backups=backups)
    if not await _is_gone(panel, service, backups=backups):
        what = "back-ups of service" if backups else "service"
        msg = f"the panel still shows {what} {service.id} after it was asked to delete; asking again"
        raise OutageError(msg)


async def _is_gone(panel: Panel, service: Service, *, backups: bool) -> bool:
    if backups:
        return not await panel.has_backups(service)
    return await panel.state(service) is Level.DELETED
