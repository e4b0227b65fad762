"""Holds for other reasons than money: placed and lifted by whoever has one, such as a person at the command line."""

from datetime import datetime

from activities.services.services import Hands
from dunning.holds import OTHER_SOURCES, Hold


class Holding:
    """Both calls are safe to repeat, and both raise LookupError for an account that nobody knows.

    They raise OutageError when panel or site are not there yet: the hold is placed or lifted all the same, so whoever
    asked repeats it. `at` is the time that sites are told.
    """

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._store = hands.store

    async def place(self, hold: Hold, at: datetime) -> tuple[Hold, ...]:
        """Place the hold, or bring the one of that source to its level; the account's holds.

        Raises ValueError for a source that is an invoice's: those belong to the invoices' cases.
        """
        if hold.source not in OTHER_SOURCES:
            raise ValueError(f"a hold of this kind is one of {', '.join(OTHER_SOURCES)}, not {hold.source!r}")
        await self._store.account(hold.account)
        await self._store.place_hold(hold)
        return await self._bring(hold.account, at)

    async def lift(self, account: str, source: str, at: datetime) -> tuple[bool, tuple[Hold, ...]]:
        """Lift the hold of that source and nobody else's; whether there was one, and the holds that stay."""
        await self._store.account(account)
        lifted = await self._lifted(account, source)
        return lifted, await self._bring(account, at)

    async def _lifted(self, account: str, source: str) -> bool:
        while True:  # the account's invoices place and lift holds, too
            before = await self._store.holds(account)
            after = tuple(each for each in before if each.source != source)
            if after == before or await self._store.replace_holds(account, before, after):
                return after != before

    async def _bring(self, account: str, at: datetime) -> tuple[Hold, ...]:
        return (await self._hands.bring(await self._store.account(account), at)).holds
