"""The account's credit pays for what is owed again."""

from temporalio import activity

from dunning.case.orders import CreditOrder
from dunning.case.results import Credited
from dunning.ports.payments import Credits
from operations.money.spread_credit import SpreadCredit


class UseCredit:
    """Takes credit once for each step that asks for it; the account's next invoice hears of what is left."""

    def __init__(self, store: Credits, spread: SpreadCredit) -> None:
        self._store = store
        self._spread = spread

    @activity.defn(name="use_credit")
    async def use_credit(self, order: CreditOrder) -> Credited:
        """Safe to repeat: the same order has the same answer, whatever became of the credit meanwhile."""
        taken = await self._store.use_credit(order.account, order.key, order.amount, order.at)
        await self._spread.quietly(order.account, order.at, but=order.invoice)
        return Credited(amount=taken)
