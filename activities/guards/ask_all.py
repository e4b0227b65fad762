"""Asking the guards before a consequence: each may put it off, for a reason that people read."""

from collections.abc import Iterable

from activities.heartbeat import steadily
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred
from dunning.ports.companies import Guard


async def guarded(guards: Iterable[Guard], order: RestrictOrder | DeleteOrder) -> Deferred | None:
    """The first guard's objection; None when nobody objects. Raises OutageError while one cannot tell."""
    for guard in guards:
        waits = await steadily(guard.may(order))
        if waits:
            return waits
    return None
