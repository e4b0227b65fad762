"""What people decide about an invoice: promise, waiver, approval, voiding it, another due date, money given back ...

The case itself says yes or no.
"""

from dunning.case.facts import AccountMerged, Exemption, UseCredit
from dunning.ports.invoices import Invoices
from dunning.records.inbox import Decision, News, Outcome
from operations.bring_decision import BringDecision
from operations.kept import KeptFirst


class Decisions:
    """`kept` keeps each decision before `bringing` brings it to its case."""

    def __init__(self, store: Invoices, kept: KeptFirst, bringing: BringDecision) -> None:
        self._store = store
        self._kept = kept
        self._bringing = bringing

    async def decide(self, invoice: str, decision: Decision) -> Outcome:
        """Bring a decision to the invoice's case. Raises RefusedError with the case's reason, KeptError, OutageError.

        What has an id of its own happens once. An invoice that nobody here knows is most likely mistyped, so nothing
        is kept for it; a case that runs all the same is told.
        """
        update = update_of(decision)
        news = News(invoice=invoice, decision=decision, update=update)
        if await self._store.invoice(invoice) is None:
            return await self._bringing.bring(invoice, decision, update)
        return await self._kept.give(news, lambda kept: self._bringing.bring(invoice, decision, kept.update))


def update_of(decision: Decision) -> str:
    """The update's id of what happens once, however often it is given; empty: chance tells two apart."""
    if isinstance(decision, UseCredit):
        return f"use-credit-{decision.id}"
    if isinstance(decision, AccountMerged):
        return f"merge-{decision.one}"
    return f"exempt-{decision.number}" if isinstance(decision, Exemption) else ""
