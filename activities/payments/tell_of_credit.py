"""Credit that open invoices have not heard of: the hourly check tells them."""

from temporalio import activity

from activities.heartbeat import steadily
from dunning.fleet.open_cases import CreditCheck
from operations.money.spread_credit import SpreadCredit


class TellOfCredit:
    """A signal that was lost costs an hour."""

    def __init__(self, spread: SpreadCredit) -> None:
        self._spread = spread

    @activity.defn(name="tell_of_credit")
    async def tell_of_credit(self, order: CreditCheck) -> int:
        """How many cases were told. Safe to repeat. Raises OutageError while the store or Temporal is away."""
        return await steadily(self._spread.all(order.at))
