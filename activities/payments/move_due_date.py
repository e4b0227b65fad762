"""A changed due date, told to the store: the account's other invoices judge by it what is past due."""

from temporalio import activity

from activities.fenced import fenced
from dunning.case.orders import MoveDueOrder
from dunning.case.results import MoveDueResult, Noted
from dunning.ports.invoices import Invoices


class MoveDueDate:
    """Keeps the store's view of an open invoice true."""

    def __init__(self, store: Invoices) -> None:
        self._store = store

    @activity.defn(name="move_due_date")
    @fenced
    async def move_due_date(self, order: MoveDueOrder) -> MoveDueResult:
        """Safe to repeat. Raises LookupError when the invoice was never opened."""
        await self._store.move_due(order.fence, order.due)
        return Noted(note=str(order.due))
