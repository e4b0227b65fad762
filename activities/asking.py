"""Asking the payment company for money that the case has not heard of: a lost webhook must cost nobody anything."""

from dunning.orders import AskOrder, ChargeOrder, DeleteOrder, RestrictOrder
from dunning.ports import Gateway, Store
from dunning.results import Found


async def unheard_of(
    gateway: Gateway, store: Store, order: AskOrder | ChargeOrder | DeleteOrder | RestrictOrder
) -> Found | None:
    """What the company has for the invoice beside the order's `known` payments.

    None when there is nothing, or the order does not ask. Raises OutageError while the company cannot be asked: until
    it can, nobody suffers anything.
    """
    if order.known is None:
        return None
    account = await store.account(order.account)
    found = await gateway.received(account, order.invoice, order.known)
    # What came when the invoice had no case has become credit of the account: it is no money of the invoice's any more.
    fresh = [p for p in found.payments if await store.credit(f"{order.invoice}:{p.id}") is None]
    return Found(payments=tuple(fresh), underway=found.underway) if fresh or found.underway else None
