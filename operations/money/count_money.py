"""The one road of a payment, and of what is taken back of it: whoever hears of it first counts it, and nobody again.

Portal, sweep and command line bring money this way; activities that find some at the gateway claim it likewise.
"""

from typing import NamedTuple

from dunning.case.facts import Answer, Payment, Restored, Reversal
from dunning.payments.taken_back import about
from dunning.ports.cases import Cases, CaseSaysNoError, NoCaseError
from dunning.records.books import KnownInvoice
from dunning.records.claims import Claim, TakenBackNews
from dunning.records.credit import UNMATCHED
from dunning.records.inbox import LateOutcome, NewsOutcome
from dunning.tickets.money import late_reversal
from operations.money.late_money import KeepLateMoney, LateRecords
from operations.money.spread_credit import SpreadCredit


class Brought(NamedTuple):
    """What became of a payment. `answer` is its case's, where one ran."""

    outcome: NewsOutcome
    answer: Answer | None = None


class CountMoney:
    """All raise OutageError. Safe to repeat, by several at once, in any order."""

    def __init__(self, store: LateRecords, cases: Cases) -> None:
        self._store = store
        self._cases = cases
        self._late = KeepLateMoney(store, cases)
        self._spread = SpreadCredit(store, cases)

    async def payment(self, invoice: str, payment: Payment, account: str = "", *, durable: bool = False) -> Brought:
        """Bring it to its case, or keep it as credit. `account`: who paid, as the news say, for an unknown invoice.

        `durable`: leave it with the server for a running case, and do not wait. Raises CaseSaysNoError.
        """
        known = await self._store.invoice(invoice) if invoice else None
        while True:
            claim = await self._store.claim(invoice or UNMATCHED, payment.id)
            mine = await self._of_its_case(claim, payment, known)
            if mine is None:
                parked = known is None or await self._is_unmatched(claim)
                return Brought("parked" if parked else "already credited")
            brought = await self._told(claim, mine, durable=durable) if known else None
            if brought is None:
                late = await self._late.payment(invoice, mine, claim, known, account)
                brought = Brought(late) if late else None
                if late == "credited" and known:
                    await self._spread.quietly(known.account, payment.at)
            if brought:
                await self._told_before(claim, account)
                return brought

    async def _of_its_case(self, claim: Claim, payment: Payment, known: KnownInvoice | None) -> Payment | None:
        """What the case may count of it. Parked money whose invoice is known by now is its invoice's after all."""
        if claim.worth is not None:
            payment = payment.model_copy(update={"amount": payment.amount.model_copy(update={"minor": claim.worth})})
        if not claim.credited:
            return payment
        if known is None or not await self._is_unmatched(claim):
            return None
        left = await self._store.give(claim.invoice, known.account, payment, payment.at)
        return payment.model_copy(update={"amount": left}) if left else None

    async def _is_unmatched(self, claim: Claim) -> bool:
        credit = await self._store.credit(claim.place)
        return credit is not None and credit.account == UNMATCHED

    async def tell(self, invoice: str, payment: Payment, *, durable: bool = False) -> Brought | None:
        """Tell a running case without a claim, as when the store is away; None when no case runs.

        It counts an id once, and its books are compared with all claims when they are closed. Raises CaseSaysNoError.
        """
        try:
            if durable:
                await self._cases.signal(invoice, payment)
                return Brought("sent")
            answer = await self._cases.tell(invoice, payment, payment.id)
        except NoCaseError:
            return None
        return Brought(answer.outcome, answer)

    async def _told(self, claim: Claim, payment: Payment, *, durable: bool) -> Brought | None:
        try:
            return await self.tell(claim.invoice, payment, durable=durable)
        except CaseSaysNoError:
            await self._store.refuse(claim)
            raise

    async def _told_before(self, claim: Claim, account: str) -> None:
        """Bring what was taken back of it before it came to where it went; a credit has it already."""
        if claim.taken_back and claim.invoice != UNMATCHED:
            for each in about(claim.payment, await self._store.remembered(claim.invoice)):
                await self.taken_back(claim.invoice, each, account)

    async def taken_back(self, invoice: str, fact: TakenBackNews, account: str = "") -> NewsOutcome:
        """Keep it by its id, and apply it where the money lies; if that is nowhere yet, it waits for the money."""
        told = await self._store.remember(invoice or UNMATCHED, fact)
        if told.account:
            if isinstance(fact, Reversal):
                await self._store.open_ticket(late_reversal(invoice or UNMATCHED, told.account, fact, credited=True))
                return "taken off the credit"
            await self._spread.quietly(told.account, fact.at)
            return "credited"
        outcome = await self._to_case(invoice, fact, account)
        for end in told.ends:
            await self._to_case(invoice, end, account)
        return outcome

    async def _to_case(self, invoice: str, fact: TakenBackNews, account: str) -> NewsOutcome | LateOutcome:
        try:
            if invoice:
                await self._cases.signal(invoice, fact)
                return "noted"
        except NoCaseError:
            pass
        if isinstance(fact, Restored):
            return await self._late.restored(invoice, fact, account)
        return await self._late.reversal(invoice, fact, account)
