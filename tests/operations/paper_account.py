"""An account on paper: several invoices, all that people, banks and the gateway do with their money, and the books.

The use cases, the rules and the hands of the books are the real ones, on a real store; only the server is on paper.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from adapters.store import SqlStore
from dunning.case.case import Case, Opened
from dunning.case.facts import Answer, GiveBack, Payment, Restored, Reversal, UseCredit, Void, Waiver
from dunning.case.ledger import Kind, balance
from dunning.coverage import EVERYTHING, Coverage
from dunning.money import Money
from dunning.names import Values
from dunning.payments.open_credit import takes_credit, uses_it_by
from dunning.ports.cases import NoCaseError, Signal, Update
from dunning.ports.companies import Panel
from dunning.records.accounts import Account, Contact
from operations.bring_decision import BringDecision
from operations.cases.look import Look
from operations.decisions import Decisions
from operations.errors import RefusedError
from operations.invoices.moving_in import Adoption
from operations.invoices.new_invoice import NewInvoice
from operations.invoices.open_invoice import OpenInvoice
from operations.kept import KeptFirst
from operations.money.payments import Payments
from operations.money.spread_credit import SpreadCredit
from operations.money.staff_credit import StaffCredit
from tests.dunning.examples import DUE, policy
from tests.operations.deaf import Deaf
from tests.operations.paper import PaperCases, PaperGateway

MONEY = (Kind.PAYMENT, Kind.REVERSAL, Kind.CHARGEBACK, Kind.RESTORED, Kind.REFUND, Kind.CREDIT)


class PaperAccount(Deaf):
    """The cases of an account's invoices, by number."""

    def __init__(self, store: SqlStore, now: datetime, gateway: PaperGateway) -> None:
        super().__init__(AssertionError("there is no server on paper"))
        self._store = store
        self._gateway = gateway
        self.now = now
        self.of: dict[str, PaperCases] = {}

    async def start(self, opened: Opened, values: Values, *, dead: bool = False) -> bool:
        number = opened.invoice.number
        self.of.setdefault(number, PaperCases(self._store, self.now, self, self._gateway))
        return await self.of[number].start(opened, values, dead=dead)

    async def died(self, invoice: str) -> str:
        """Nobody ends a case on paper."""
        del invoice
        return ""

    async def ask(self, invoice: str) -> Case:
        return await self._its(invoice).ask(invoice)

    async def tell(self, invoice: str, update: Update, update_id: str = "") -> Answer:
        return await self._its(invoice).tell(invoice, update, update_id)

    async def signal(self, invoice: str, signal: Signal) -> None:
        await self._its(invoice).signal(invoice, signal)

    async def wake(self, opened: Opened, signal: Signal) -> None:
        await self._its(opened.invoice.number).wake(opened, signal)

    def _its(self, invoice: str) -> PaperCases:
        if invoice not in self.of:
            raise NoCaseError(invoice)
        return self.of[invoice]

    async def act(self) -> None:
        """Let all do what they have to do now, until none has anything."""
        before: Sequence[Case | None] = ()
        while before != (now := [each.case for each in self.of.values()]):
            before = now
            for each in self.of.values():
                each.now = self.now
                await each.act()


class Anywhere:
    """Fits `dunning.ports.companies.Reach`: all contacts are outside."""

    async def inside(self, account: Account, covers: Coverage = EVERYTHING) -> tuple[Contact, ...]:
        del account, covers
        return ()


def _no_panel() -> Panel:
    raise AssertionError("nothing moves in on paper")


class AccountWorld:
    """One account, and its money as it really moved: `came` and `went`, in minor units of its currency by their ids."""

    def __init__(self, store: SqlStore, name: str, now: datetime) -> None:
        self.name, self.store, self.gateway = name, store, PaperGateway()
        self.ends = now + timedelta(days=40)
        self.cases = cases = PaperAccount(store, now, self.gateway)
        self.spread = SpreadCredit(store, cases)
        look = Look(store, cases, self._clock)
        kept = KeptFirst(store, self._clock)
        self._payments = Payments(store, cases, policy, look.case, seen=lambda _case: None, kept=kept)
        self._credit = StaffCredit(store, self.spread, self._clock)
        self._decisions = Decisions(store, kept, BringDecision(store, cases))
        self._opening = OpenInvoice(store, cases, Anywhere(), Adoption(_no_panel, store), self._clock)
        self.came: dict[str, Money] = {}
        self.went: dict[str, Money] = {}
        self.payments: list[tuple[str, Payment]] = []
        self.reversals: list[tuple[str, Reversal]] = []

    def _clock(self) -> datetime:
        return self.cases.now

    def number(self, place: int) -> str:
        return f"{self.name}-{place}"

    def balance(self, number: str) -> Money:
        """What an invoice that was opened asks for, open or closed."""
        each = self.cases.of[number]
        case = each.case or each.last
        assert case
        return case.balance

    async def open(self, place: int, policy_name: str, minor: int) -> None:
        new = NewInvoice(
            invoice=self.number(place),
            account=self.name,
            amount=usd(minor),
            due=DUE + timedelta(days=place),
            policy=policy_name,
        )
        await self._opening.open(new, policy(policy_name))

    async def pays(self, number: str, id_: str, amount: Money) -> None:
        payment = Payment(id=id_, amount=amount, at=self.cases.now)
        await self._payments.take(number, payment, force=True)
        if id_ not in self.came:
            self.came[id_], self.gateway.has[id_] = amount, amount.minor
            self.payments.append((number, payment))

    async def takes_back(self, number: str, payment: Payment, id_: str, amount: Money) -> None:
        fact = Reversal(id=id_, payment=payment.id, amount=amount, at=self.cases.now)
        with suppress(RefusedError):
            await self._payments.reverse(number, fact)
            if id_ not in self.went:
                self.reversals.append((number, fact))
                self.gateway.has[payment.id] -= amount.minor
            self.went[id_] = amount

    async def gives_again(self, number: str, of: Reversal, id_: str, amount: Money) -> None:
        with suppress(RefusedError):
            await self._payments.restore(
                number, Restored(id=id_, reversal=of.id, amount=amount, at=self.cases.now), force=True
            )
            if id_ not in self.came:
                self.gateway.has[of.payment] += amount.minor
            self.came[id_] = amount

    async def refunds(self, number: str, payment: Payment, id_: str, amount: Money) -> None:
        fact = GiveBack(id=id_, payment=payment.id, amount=amount, by="ana", reason="a bad week")
        with suppress(RefusedError):
            await self._decisions.decide(number, fact)

    async def waives(self, number: str, amount: Money | None, *, give_back: bool) -> None:
        waiver = Waiver(entry="invoice", amount=amount, give_back=give_back, by="ana")
        with suppress(RefusedError):
            await self._decisions.decide(number, waiver)

    async def voids(self, number: str) -> None:
        with suppress(RefusedError):
            await self._decisions.decide(number, Void(reason="billed twice"))

    async def adds(self, id_: str, amount: Money) -> None:
        await self._credit.add(self.name, amount, id_, "ana", "a bad week")
        self.came[id_] = amount

    async def pays_out(self, id_: str, amount: Money) -> None:
        with suppress(RefusedError):
            await self._credit.pay_out(self.name, amount, id_, "ana", "moved away")
            self.went[id_] = amount

    async def uses(self, number: str, id_: str, most: Money) -> None:
        with suppress(RefusedError):
            await self._decisions.decide(number, UseCredit(id=id_, most=most, by="ana", reason="asked by phone"))

    async def passes(self, days: int, *, card: bool) -> None:
        """Time passes, as far as nobody is marked inactive; or the card declines from now on, or no longer."""
        self.gateway.declines ^= card
        self.cases.now = min(self.cases.now + timedelta(days=days), self.ends)

    # What has to hold

    async def holds(self) -> None:
        """Once all have done what they have to do, and the hourly check has told of credit."""
        for _ in range(2):
            await self.cases.act()
            await self.spread.of(self.name, self.cases.now)
        await self.cases.act()
        for currency in ("USD", "EUR"):
            assert await self.booked(currency) == await self.moved(currency), currency
        for _, payment in self.payments:
            assert self.gateway.has[payment.id] <= payment.amount.minor, payment.id
        left, taken = await self.carried()
        assert left == taken
        for case in self.ledgers():
            assert case.balance.minor >= 0, case.invoice.number
        usable = await self.usable()
        for case in self.ledgers() if usable > 0 else ():
            assert not (takes_credit(case) and uses_it_by(case, self.cases.now)), f"{case.invoice.number}: {usable}"

    def ledgers(self) -> list[Case]:
        return [case for each in self.cases.of.values() if (case := each.case or each.last)]

    async def moved(self, currency: str) -> int:
        """What came less what went, as the world outside has it."""
        charged, back = self.gateway.charged.values(), self.gateway.gave_back.values()
        came = sum(each.minor for each in (*self.came.values(), *charged) if each.currency == currency)
        return came - sum(each.minor for each in (*self.went.values(), *back) if each.currency == currency)

    async def booked(self, currency: str) -> int:
        """What the books have of it: consumed by invoices, and credit of the account."""
        used = [balance(tuple(e for e in case.entries if e.kind in MONEY), "USD").minor for case in self.ledgers()]
        left = [each.amount.minor for each in await self.store.credits(self.name) if each.amount.currency == currency]
        return sum(left) - (sum(used) if currency == "USD" else 0)

    async def carried(self) -> tuple[int, int]:
        """What invoices left because it was too small, and where that is now: with another invoice, or waiting."""
        entries = [entry for case in self.ledgers() for entry in case.entries]
        left, taken = (sum(e.amount.minor for e in entries if e.kind is k) for k in (Kind.CARRIED, Kind.BROUGHT))
        return left, taken + sum(each.amount.minor for each in await self.store.carried(self.name))

    async def usable(self) -> int:
        return sum(each.amount.minor for each in await self.store.credits(self.name) if each.amount.currency == "USD")


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")
