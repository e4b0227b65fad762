"""What our books know already of a payment that a person is about to enter: looked up before anything is written."""

from typing import NamedTuple

from dunning.case.case import Case
from dunning.case.facts import Payment
from dunning.case.ledger import MONEY_IN, Kind, find
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.credit import late_line
from dunning.records.inbox import NewsOutcome
from operations.cases.look import CaseOf
from operations.errors import RefusedError
from operations.invoices.check_invoice import Policies
from operations.money.late_money import LateRecords


class First(NamedTuple):
    """What somebody heard who brought that payment before."""

    outcome: NewsOutcome
    amount: Money


class KnownMoney:
    """Reads only. What cannot be looked up, because nobody answers, is no reason to refuse a payment."""

    def __init__(self, store: LateRecords, case_of: CaseOf, policies: Policies) -> None:
        self._store = store
        self._case_of = case_of
        self._policies = policies

    async def case(self, invoice: str) -> Case | None:
        """All facts of the invoice's case, running or closed; None without one, or while nobody answers."""
        try:
            return await self._case_of(invoice)
        except OutageError:
            return None

    async def first(self, invoice: str, payment: str, case: Case | None) -> First | None:
        """What the payment of that id became when it was brought first; None for a new one."""
        entry = find(case.entries, payment, MONEY_IN) if case else None
        if entry:
            return First(entry.answered or ("parked" if entry.kind is Kind.PARKED else "applied"), entry.amount)
        credit = await self._store.credit(late_line(invoice, payment))
        return First("credited", credit.amount) if credit else None

    async def check_currency(self, invoice: str, payment: Payment, case: Case | None) -> None:
        """Raise RefusedError for money in another currency than the invoice's: a slip, more often than money."""
        currency = case.invoice.amount.currency if case else await self._currency(invoice)
        if currency and payment.amount.currency != currency:
            raise RefusedError(
                f"{payment.amount} is not in {currency}, the currency of {invoice}: nothing was recorded. "
                "With --force it is parked: credit of the account, with a Billing ticket",
                field="amount",
            )

    async def _currency(self, invoice: str) -> str:
        """An invoice is in its policy's currency, where that can still be read."""
        try:
            known = await self._store.invoice(invoice)
            return self._policies(known.policy).currency if known else ""
        except (OutageError, ValueError):
            return ""
