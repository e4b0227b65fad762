"""Holds, as the store keeps them."""

from collections.abc import Sequence
from typing import Protocol

from dunning.case.fence import Fence
from dunning.holds import Hold


class Holds(Protocol):
    """The reasons to restrict an account's services."""

    async def holds(self, account: str) -> tuple[Hold, ...]:
        """The account's holds, oldest first."""
        ...

    async def place_hold(self, hold: Hold) -> None:
        """Insert a person's hold of (account, service, source), or bring it to the new level (keeping `since`).

        Raises LookupError when the account is not known.
        """
        ...

    async def tighten_holds(self, account: str, holds: Sequence[Hold], fence: Fence, *, had: bool) -> bool:
        """Insert an invoice's holds for an order, one a service, or tighten them (keeping `since`); never loosens any.

        All or none. False, changing nothing, when the invoice `had` one before and has none any more. Raises
        OvertakenError, SettledError, LookupError, and ValueError for another account's or invoice's hold.
        """
        ...

    async def replace_holds(
        self,
        account: str,
        before: Sequence[Hold],
        after: Sequence[Hold],
        fence: Fence | None = None,
        *,
        renewed: str = "",
    ) -> bool:
        """Swap the account's holds in one transaction; False, changing nothing, when they are no longer `before`.

        So it is when a hold would be handed to an invoice that is settled, or taken from one that is not: only its own
        order may do that, and that of the invoice by which it was `renewed`. `fence` is the order's; None when a person
        or the hourly check lifts a hold. Raises OvertakenError.
        """
        ...
