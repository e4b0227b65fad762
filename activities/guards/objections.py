"""What is asked before a consequence: gateway and inbox for money that the case has not heard of, then each guard."""

from collections.abc import Iterable
from datetime import timedelta

from activities.payments.accepted_news import describe, unhandled_news
from activities.payments.refusals import told_of_refusal
from activities.payments.unreported_money import AskRecords, unheard_of
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred, Found
from dunning.ports.companies import Gateway, Guard

LATER = timedelta(minutes=15)
"""A consequence that waits for news to reach its case is put off by so much at a time."""


async def objection(
    gateway: Gateway, store: AskRecords, guards: Iterable[Guard], order: RestrictOrder | DeleteOrder
) -> Found | Deferred | None:
    """The money that was found, or the first reason to wait, which people read; None when nobody objects.

    Raises OutageError while one cannot tell, and GatewayRefusedError when the gateway calls the question malformed.
    """
    asked = await told_of_refusal(store, order, unheard_of(gateway, store, order))
    found = asked or await _news(store, order)
    if found:
        return found
    for guard in guards:
        waits = await guard.may(order)
        if waits:
            return waits
    return None


async def _news(store: AskRecords, order: RestrictOrder | DeleteOrder) -> Deferred | None:
    """Put it off while accepted news has not reached the case: for each a day at most, and a person has a ticket."""
    waits = await unhandled_news(store, order, order.waited_out)
    return Deferred(until=order.at + LATER, reason=describe(waits), waits_for=waits.key) if waits else None
