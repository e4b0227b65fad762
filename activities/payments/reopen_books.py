"""An invoice that was paid is owed again: the account's other invoices need to know."""

from temporalio import activity

from activities.fenced import fenced
from activities.payments.close_books import closed_without
from dunning.case.orders import ReopenOrder
from dunning.case.results import Noted, ReopenResult
from dunning.ports.invoices import Invoices


class ReopenBooks:
    """Marks the invoice as open, so that it counts as past due again and its hold is no paid one's."""

    def __init__(self, store: Invoices) -> None:
        self._store = store

    @activity.defn(name="reopen_books")
    @fenced
    async def reopen_books(self, order: ReopenOrder) -> ReopenResult:
        """Safe to repeat. Before anything else happens to the customer, the last closed books are looked at.

        Raises LookupError when the invoice was never opened.
        """
        missing = await closed_without(self._store, order)
        if missing:
            return missing
        await self._store.mark_invoice(order.fence, "open")
        return Noted()
