"""Bringing services to a level at a panel that may lie: read the state, act, read it again (never trust the answer)."""

from collections.abc import Iterable, Sequence

from dunning.holds import OTHER_SOURCES, Hold, level_for
from dunning.levels import Level, at_panel
from dunning.ports import Account, OutageError, Panel, Service, Store

STAFF_KINDS = ("domain",)
"""Kinds that no activity touches: domain names are adjusted by hand (S3-31)."""


def touched(services: Iterable[Service], kinds: tuple[str, ...]) -> list[Service]:
    """The services of these kinds (empty means all) that a panel may switch."""
    return [s for s in services if s.kind not in STAFF_KINDS and (not kinds or s.kind in kinds)]


async def bring_to_holds(panel: Panel, store: Store, account: Account) -> tuple[Hold, ...]:
    """Bring each service to the strictest level that a hold asks for, and say which holds those were.

    Holds that come or go meanwhile (an abuse hold, another invoice) are seen: it starts over until they stand still.
    Raises OutageError until the panel shows it.
    """
    while True:
        holds = await store.holds(account.id)
        for service in touched(account.services, ()):
            await _bring(panel, service, at_panel(level_for(service.kind, holds)), tag_of(holds))
        if await store.holds(account.id) == holds:
            return holds


def tag_of(holds: Sequence[Hold]) -> str:
    """What the panel shows as the reason: the strictest hold's, marked as ours (S2-06, S2-16)."""
    if not holds:
        return ""
    first = max(holds, key=lambda hold: hold.level.rank)
    if first.source in OTHER_SOURCES:
        return f"hold:{first.source}"
    return f"{first.note or 'non-payment'} dun:{first.source}"


async def _bring(panel: Panel, service: Service, wanted: Level, tag: str) -> None:
    seen = await panel.state(service)
    if seen in (wanted, Level.DELETED):
        return
    if wanted is Level.ACTIVE:
        await panel.release(service, tag)
    else:
        await panel.restrict(service, wanted, tag)
    seen = await panel.state(service)
    if seen is not wanted:
        msg = (
            f"the panel shows service {service.id} as {seen.value} after it was asked for {wanted.value}; asking again"
        )
        raise OutageError(msg)


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
