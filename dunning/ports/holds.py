"""Holds, as the store keeps them."""

from collections.abc import Sequence
from typing import Protocol

from dunning.holds import Hold


class Holds(Protocol):
    """The reasons to restrict an account's services."""

    async def holds(self, account: str) -> tuple[Hold, ...]:
        """The account's holds, oldest first."""
        ...

    async def place_hold(self, hold: Hold) -> None:
        """Insert the hold of (account, source), or bring an existing one to the new level (keeping `since`).

        Raises LookupError when the account is not known.
        """
        ...

    async def replace_holds(self, account: str, before: Sequence[Hold], after: Sequence[Hold]) -> bool:
        """Swap the account's holds in one transaction; False, changing nothing, when they are no longer `before`."""
        ...
