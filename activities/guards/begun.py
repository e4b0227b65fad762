"""What an earlier try of an order has begun."""

from dunning.case.orders import RestrictOrder
from dunning.ports.holds import Holds


async def begun(store: Holds, order: RestrictOrder) -> bool:
    """Whether its hold is placed: then it is done wholly.

    Else the service at its panel would be brought to it hours later, by the hourly check.
    """
    holds = await store.holds(order.account)
    return any(hold.source == order.invoice and hold.level.rank >= order.level.rank for hold in holds)
