"""What closed books hold that a case does not have: two may start a closed case again from different books."""

from dunning.case.ledger import not_in
from dunning.case.orders import CloseOrder, ReopenOrder
from dunning.case.results import Remembered
from dunning.ports.invoices import Invoices


async def closed_without(store: Invoices, order: CloseOrder | ReopenOrder) -> Remembered | None:
    """The lines that were closed before and that the order's case does not have; None when it has all."""
    closed = await store.ledger(order.invoice)
    missing = not_in(order.entries, closed.order.entries) if closed else ()
    return Remembered(entries=missing) if missing else None
