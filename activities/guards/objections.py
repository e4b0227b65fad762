"""What is asked before a consequence: the gateway for money that the case has not heard of, then each guard."""

from collections.abc import Iterable

from activities.payments.unreported_money import AskRecords, unheard_of
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred, Found
from dunning.ports.companies import Gateway, Guard


async def objection(
    gateway: Gateway, store: AskRecords, guards: Iterable[Guard], order: RestrictOrder | DeleteOrder
) -> Found | Deferred | None:
    """The money that was found, or the first guard's reason to wait, which people read; None when nobody objects.

    Raises OutageError while one cannot tell.
    """
    found = await unheard_of(gateway, store, order)
    if found:
        return found
    for guard in guards:
        waits = await guard.may(order)
        if waits:
            return waits
    return None
