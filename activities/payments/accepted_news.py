"""What was accepted from a payer or a person and has not reached its case: our inbox is asked, as the gateway is.

Temporal may be away from the portal and not from this worker; then a payment was answered with "accepted", and waits.
"""

import asyncio
from collections.abc import Collection
from datetime import timedelta

from temporalio import activity

from activities.payments.unreported_money import AskRecords, MoneyOrder
from dunning.ports.outages import OutageError
from dunning.records.claims import Unhandled
from dunning.rules.deferrals import LONGEST_WAIT
from dunning.tickets.money import named, news_unhandled

LOOKS = (0.1, 0.4, 1.5)
"""Seconds before each further look. What is on its way needs no longer than two; what does needs a person, too."""


class NewsUnhandledError(OutageError):
    """News that was accepted has to reach its case first."""


async def unhandled_news(store: AskRecords, order: MoneyOrder, waited_out: Collection[str] = ()) -> Unhandled | None:
    """News that may be of money for the order's case, and does not reach it. A person has a ticket about it then.

    `waited_out` are the keys of what the step waits for no longer.
    """
    waits = await _unhandled(store, order, waited_out)
    for pause in LOOKS:
        if waits is None:
            return None
        await asyncio.sleep(pause)
        waits = await _unhandled(store, order, waited_out)
    if waits:
        await store.open_ticket(news_unhandled(order, waits))
    return waits


async def insist_on_news(store: AskRecords, order: MoneyOrder) -> None:
    """Raise NewsUnhandledError, so that the order is tried again, while news waits; after a day no more."""
    if (waits := await unhandled_news(store, order)) and _tried_for() < LONGEST_WAIT:
        raise NewsUnhandledError(f"{order.step} of {order.invoice} waits for {describe(waits)}")


def _tried_for() -> timedelta:
    """By the server's own clock alone."""
    info = activity.info()
    return info.current_attempt_scheduled_time - info.scheduled_time


def describe(waits: Unhandled) -> str:
    """What is waited for, for people."""
    what = f"the {named(waits)}"
    return f"{what}: it was accepted, and has not reached its case"


async def _unhandled(store: AskRecords, order: MoneyOrder, waited_out: Collection[str]) -> Unhandled | None:
    payer = (await store.account(order.account)).payer
    return await store.unhandled(order.invoice, order.account, payer, order.known, waited_out)
