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
from dunning.case.facts import Answer
from dunning.case.orders import (
    ChargeOrder,
    CloseOrder,
    CreditOrder,
    NoticeOrder,
    RefundOrder,
    ReopenOrder,
    RestrictOrder,
)
from dunning.case.results import Charged, Declined, Delivered, Noted, Refunded, Reinstated, Restricted, Result
from dunning.level import Level
from dunning.money import Money
from dunning.names import Values
from dunning.policy.plan import WRITTEN
from dunning.ports.cases import SIGNALS, UPDATES, Cases, CaseSaysNoError, NoCaseError, Signal, Update
from dunning.records.books import KnownInvoice
from dunning.rules.asked import At, asked, asked_refused
from dunning.rules.machine import decide
from dunning.rules.order_for import order_for
from dunning.rules.record import recorded, reinstated
from dunning.rules.signals import Sender, taken
from dunning.tickets.ticket import TicketOrder
from operations.money.spread_credit import SpreadCredit
from tests.dunning.examples import opened
from tests.operations.deaf import Deaf

DUE = date(2026, 12, 1)
MOST = 60


class PaperGateway:
    """Declines every charge unless it is told otherwise; what it gives back is noted by the order's key, once.

    `has` is what it has of each payment, in minor units: it gives no more back than that.
    """

    def __init__(self) -> None:
        self.has: dict[str, int] = {}
        self.charged: dict[str, Money] = {}
        self.gave_back: dict[str, Money] = {}
        self.declines = True

    def charge(self, order: ChargeOrder) -> Charged | Declined:
        if order.ask_only or (self.declines and order.key not in self.charged):
            return Declined(code="card_declined")
        amount = self.charged.setdefault(order.key, order.amount)
        payment = f"ch-{order.key}"
        self.has.setdefault(payment, amount.minor)
        return Charged(payment=payment, amount=amount, at=order.at)

    async def refund(self, order: RefundOrder) -> Refunded | Declined:
        if order.key not in self.gave_back:
            if self.has.get(order.payment, 0) < order.amount.minor:
                return Declined(code="amount_too_large")
            self.has[order.payment] -= order.amount.minor
            self.gave_back[order.key] = order.amount
        return Refunded(refund=f"re-{order.key}", amount=self.gave_back[order.key])


class PaperCases(Deaf):
    """The case of one invoice. `last` is how it was when it closed, `now` the time at which it acts.

    `all_cases`: where the account's other invoices have theirs; `gateway`: what charges and gives back.
    `loses_an_answer`: the next hand that closes books dies after it wrote, so that another one has to do it again.
    """

    def __init__(
        self, store: SqlStore, now: datetime, all_cases: Cases | None = None, gateway: PaperGateway | None = None
    ) -> None:
        super().__init__(AssertionError("there is no server on paper"))
        self._store = store
        self.now = now
        self._spread = SpreadCredit(store, all_cases or self)
        self._gateway = gateway or PaperGateway()
        self.case: Case | None = None
        self.last: Case | None = None
        self.loses_an_answer = False

    async def begin(self, number: str, policy: str) -> None:
        """Open the invoice as `operations.invoices.open_invoice` does."""
        new = opened(policy, number=number, account=f"of-{number}")
        known = KnownInvoice(number=number, account=f"of-{number}", policy=policy, due=DUE)
        generation = await self._store.open_invoice(known)
        if self.case or self.last:
            return
        credit = await self._store.use_credit(f"of-{number}", number, new.invoice.amount, self.now)
        self.case = open_case(new.model_copy(update={"generation": generation, "credit": credit}), self.now)

    async def start(self, opened: Opened, values: Values, *, dead: bool = False) -> bool:
        del values, dead
        if self.case or self.last:
            return False
        self.case = open_case(opened, self.now)
        return True

    async def died(self, invoice: str) -> str:
        """Nobody ends a case on paper."""
        del invoice
        return ""

    async def ask(self, invoice: str) -> Case:
        """As the server, which keeps a closed one."""
        return self.last if self.last and not self.case else self._running(invoice)

    async def tell(self, invoice: str, update: Update, update_id: str = "") -> Answer:
        case, name, at = self._running(invoice), UPDATES[type(update)], At(self.now, update_id)
        if refused := asked_refused(case, name, update, at):
            raise CaseSaysNoError(refused)
        self.case, answer = asked(case, name, update, at)
        return answer

    async def signal(self, invoice: str, signal: Signal) -> None:
        self.case = taken(self._running(invoice), SIGNALS[type(signal)], signal, Sender("signed"), self.now)

    async def wake(self, opened: Opened, signal: Signal) -> None:
        self.case = self.case or open_case(opened, self.now)
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
            step = decide(self.case, self.now)
            match step:
                case Wait():
                    return
                case Finish():
                    self.last, self.case = self.case, None
                case Conclude():
                    self.case = recorded(self.case, step.milestone, step.result, self.now)
                case Reinstate():
                    self.case = reinstated(self.case, Reinstated(level=Level.ACTIVE), self.now)
                case Perform():
                    result = await self._performed(self.case, step)
                    self.case = recorded(self.case, step.milestone, result, self.now)
        raise AssertionError(f"{self.case} runs in circles")

    async def _performed(self, case: Case, step: Perform) -> Result:  # noqa: PLR0911 - a table
        only_written = step.milestone.action in WRITTEN
        order = None if only_written else order_for(case, step.milestone, self.now)
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
            case RestrictOrder():
                return Restricted(level=order.level)
            case ChargeOrder():
                return self._gateway.charge(order)
            case RefundOrder():
                return await self._gateway.refund(order)
            case _:
                return Noted()
