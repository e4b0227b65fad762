"""The account's credit pays for what is owed again."""

from temporalio import activity

from dunning.case.orders import CreditOrder
from dunning.case.results import Credited
from dunning.ports.payments import Credits


class UseCredit:
    """Takes credit once for each step that asks for it."""

    def __init__(self, store: Credits) -> None:
        self._store = store

    @activity.defn(name="use_credit")
    async def use_credit(self, order: CreditOrder) -> Credited:
        """Safe to repeat: the same order has the same answer, whatever became of the credit meanwhile."""
        taken = await self._store.use_credit(order.account, order.key, order.amount, order.at)
        return Credited(amount=taken)
