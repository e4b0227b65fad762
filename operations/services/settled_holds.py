"""Lifting holds that nobody else lifts any more: their invoice is settled, and its case has done its part."""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from dunning.holds import OTHER_SOURCES, Hold, Rule, after_payment
from dunning.policy.file import Policy
from dunning.ports.accounts import Accounts
from dunning.ports.holds import Holds
from dunning.ports.invoices import Invoices
from dunning.records.accounts import is_exempt
from operations.services.change_holds import change_holds

_SETTLED = ("paid", "waived", "void")
"""Endings by money or by a person. What the policy itself voided stays restricted (a-small-orange, day 30)."""


class SettledRecords(Accounts, Holds, Invoices, Protocol):
    """Accounts, holds, and what became of their invoices."""


class SettledHolds:
    """`policies` gives the policy of a name; it raises ValueError for one that is gone."""

    def __init__(self, store: SettledRecords, policies: Callable[[str], Policy]) -> None:
        self._store = store
        self._policies = policies

    async def lift(self, account: str, today: date) -> tuple[str, ...]:
        """Lift the account's holds of settled invoices, as their payment would have; the invoices' numbers.

        `today` is the account's local date: by some policies a hold is handed to what is past due. What is lifted
        meanwhile by its own case is lifted once.
        """
        sources = {hold.source for hold in await self._store.holds(account)} - set(OTHER_SOURCES)
        return tuple([number for number in sorted(sources) if await self._lifted(account, number, today)])

    async def _lifted(self, account: str, number: str, today: date) -> bool:
        """Whether its holds were lifted. One that is owed again meanwhile keeps them, so it is looked at each time."""

        async def paid_for(before: tuple[Hold, ...]) -> tuple[Hold, ...]:
            rule = await self._rule(number)
            if rule and is_exempt(await self._store.account(account), (), today):
                rule = Rule.THIS_INVOICE  # handed on, it would restrict the account for another invoice
            return after_payment(before, [number], rule, await self._store.past_due(account, today)) if rule else before

        return await change_holds(self._store, account, paid_for)

    async def _rule(self, number: str) -> Rule | None:
        """The rule of a settled invoice's policy; None for one that is not settled."""
        known = await self._store.invoice(number)
        if known is None or known.status not in ("paid", "closed"):
            return None
        closed = await self._store.ledger(number) if known.status == "closed" else None
        if closed:
            return closed.order.case.plan.rule if closed.outcome in _SETTLED else None
        try:
            return self._policies(known.policy).reinstatement.rule
        except ValueError:  # the stricter one: nobody is reinstated who should not be
            return Rule.ALL_PAST_DUE
