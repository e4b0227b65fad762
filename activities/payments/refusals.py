"""What the gateway refuses as malformed is a person's work: a ticket opens, and nobody else hears of it."""

from collections.abc import Awaitable
from typing import TypeVar

from dunning.case.orders import ChargeOrder, Order
from dunning.case.results import Refused
from dunning.ports.outages import GatewayRefusedError
from dunning.ports.tickets import Tickets
from dunning.tickets.gateway import call_refused, charge_refused

T = TypeVar("T")


async def told_of_refusal(store: Tickets, order: Order, work: Awaitable[T]) -> T:
    """What the work answers. When the gateway refuses a call of it, a person has a ticket before that is raised.

    It is tried again all the same, like an outage: once it is mended, everything goes on by itself.
    """
    try:
        return await work
    except GatewayRefusedError as error:
        await store.open_ticket(call_refused(order, str(error), for_all=error.for_all))
        raise


async def told(store: Tickets, order: ChargeOrder, result: Refused) -> Refused:
    """The refusal, of which a person has a ticket now."""
    await store.open_ticket(charge_refused(order, result))
    return result
