"""What an earlier try of an order has begun."""

from typing import Protocol

from dunning.case.orders import RestrictOrder
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds


class AccountsAndHolds(Accounts, Holds, Protocol):
    """Which services there are, and what holds them."""


async def begun(store: AccountsAndHolds, order: RestrictOrder) -> bool:
    """Whether its holds are placed: then it is done wholly.

    Else the services at their panel would be brought to it hours later, by the hourly check. All are placed at once. A
    hold that was handed to it, however high, is another invoice's.
    """
    account = await store.account(order.account)
    own = [each for each in await store.holds(account.id) if each.source == order.invoice]
    placed = {each.service for each in own if each.step == order.step}
    return placed >= set(order.covers.held(account.services))
