"""Cases on paper: the real rules and the real hands of the books on a real store, without a server in between.

A case acts only when it is told to, so that anything may come in between.
"""

from datetime import date, datetime

from activities.notices.open_ticket import OpenTicket
from activities.payments.close_books import CloseBooks
from activities.payments.reopen_books import ReopenBooks
from activities.payments.use_credit import UseCredit
from adapters.store import SqlStore
from dunning.case.case import Case, Opened, open_case
from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Wait
from dunning.case.facts import Answer, CreditAvailable, Payment, Restored, Reversal
from dunning.case.orders import CloseOrder, CreditOrder, NoticeOrder, ReopenOrder
from dunning.case.results import Delivered, Noted, Reinstated, Result
from dunning.level import Level
from dunning.payments.open_credit import heard_of_credit
from dunning.policy.plan import WRITTEN
from dunning.ports.cases import NoCaseError, Signal, Update
from dunning.records.books import KnownInvoice
from dunning.rules.answers import answer_to_payment
from dunning.rules.machine import decide
from dunning.rules.money_in import paid, restored, reversed_
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded, reinstated
from dunning.tickets.ticket import TicketOrder
from operations.spread_credit import SpreadCredit
from tests.dunning.examples import opened
from tests.operations.deaf import Deaf

DUE = date(2026, 12, 1)
MOST = 60


class PaperCases(Deaf):
    """The case of one invoice. `last` is how it was when it closed.

    `loses_an_answer`: the next hand that closes books dies after it wrote, so that another one has to do it again.
    """

    def __init__(self, store: SqlStore, now: datetime) -> None:
        super().__init__(AssertionError("there is no server on paper"))
        self._store = store
        self._now = now
        self._spread = SpreadCredit(store, self)
        self.case: Case | None = None
        self.last: Case | None = None
        self.loses_an_answer = False

    async def begin(self, number: str, policy: str) -> None:
        """Open the invoice as `operations.open_invoice` does."""
        new = opened(policy, number=number, account=f"of-{number}")
        known = KnownInvoice(number=number, account=f"of-{number}", policy=policy, due=DUE)
        generation = await self._store.open_invoice(known)
        if self.case or self.last:
            return
        credit = await self._store.use_credit(f"of-{number}", number, new.invoice.amount, self._now)
        self.case = open_case(new.model_copy(update={"generation": generation, "credit": credit}), self._now)

    async def ask(self, invoice: str) -> Case:
        return self._running(invoice)

    async def tell(self, invoice: str, update: Update, update_id: str = "") -> Answer:
        assert isinstance(update, Payment)
        before = self._running(invoice)
        self.case = paid(before, update, answered=True)
        return answer_to_payment(before, update, self.case, self._now, update_id)

    async def signal(self, invoice: str, signal: Signal) -> None:
        case = self._running(invoice)
        match signal:
            case Payment():
                self.case = paid(case, signal)
            case Reversal():
                self.case = reversed_(case, signal, self._now)
            case Restored():
                self.case = restored(case, signal)
            case CreditAvailable():
                self.case = heard_of_credit(case, signal)
            case _:
                raise AssertionError(signal)

    async def wake(self, opened: Opened, signal: Signal) -> None:
        self.case = self.case or open_case(opened, self._now)
        await self.signal(self.case.invoice.number, signal)

    def _running(self, invoice: str) -> Case:
        if self.case is None:
            raise NoCaseError(invoice)
        return self.case

    async def act(self) -> None:
        """Do all that the case has to do now."""
        for _ in range(MOST):
            if self.case is None:
                return
            step = decide(self.case, self._now)
            match step:
                case Wait():
                    return
                case Finish():
                    self.last, self.case = self.case, None
                case Conclude():
                    self.case = recorded(self.case, step.milestone, step.result, self._now)
                case Reinstate():
                    self.case = reinstated(self.case, Reinstated(level=Level.ACTIVE), self._now)
                case Perform():
                    result = await self._performed(self.case, step)
                    self.case = recorded(self.case, step.milestone, result, self._now)
        raise AssertionError(f"{self.case} runs in circles")

    async def _performed(self, case: Case, step: Perform) -> Result:
        only_written = step.milestone.action in WRITTEN
        order = None if only_written else order_for(case, step.milestone, self._now)
        match order:
            case CloseOrder():
                if self.loses_an_answer:
                    self.loses_an_answer = False
                    await CloseBooks(self._store, self._spread).close_books(order)
                return await CloseBooks(self._store, self._spread).close_books(order)
            case ReopenOrder():
                return await ReopenBooks(self._store).reopen_books(order)
            case CreditOrder():
                return await UseCredit(self._store, self._spread).use_credit(order)
            case TicketOrder():
                return await OpenTicket(self._store, self._spread).open_ticket(order)
            case NoticeOrder():
                return Delivered(notice=order.key, announced=order.announced)
            case _:
                return Noted()
