"""Changing an account's holds while others change them, too: its other invoices, and people."""

from collections.abc import Awaitable, Callable

from dunning.case.fence import Fence
from dunning.holds import Hold
from dunning.ports.holds import Holds

Change = Callable[[tuple[Hold, ...]], Awaitable[tuple[Hold, ...]]]
"""From the holds as they are to the holds as they should be."""


async def change_holds(
    store: Holds, account: str, change: Change, fence: Fence | None = None, *, renewed: str = ""
) -> bool:
    """Read the holds, change them and write them, again until nobody else wrote in between; whether they changed.

    `fence` is that of the order which wants it; None when a person does. `renewed` is an invoice whose holds may go
    with the order's own though it is not settled. Each time that it begins anew somebody else's change has been
    written, so it ends, if `change` looks at that. Raises OvertakenError.
    """
    while True:
        before = await store.holds(account)
        after = await change(before)
        if after == before or await store.replace_holds(account, before, after, fence, renewed=renewed):
            return after != before


async def lift_hold(
    store: Holds, account: str, source: str, fence: Fence | None = None, *, service: str | None = None
) -> bool:
    """Lift the holds of that source and nobody else's; whether there was one. `fence` as above.

    `service` is what the hold names: an id, or ALL; None lifts every hold of the source.
    """

    async def without(before: tuple[Hold, ...]) -> tuple[Hold, ...]:
        return tuple(hold for hold in before if hold.source != source or service not in (None, hold.service))

    return await change_holds(store, account, without, fence)
