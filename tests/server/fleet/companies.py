"""A gateway and cases in memory: what they know is what a test says, and they fail when a test says so."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dunning.case.case import Case, open_case
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.ledger import Entry
from dunning.case.orders import ChargeOrder, CloseOrder, RefundOrder
from dunning.case.results import Charged, ChargeResult, Declined, Found, RefundResult
from dunning.case.update import with_entry
from dunning.fleet.reconcile import moved
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.records.inbox import News, Outcome
from dunning.records.payments import Attempt, Method
from tests.dunning.examples import DUE, PRICE, opened

AT = datetime(2026, 11, 25, 6, tzinfo=UTC)
DAY = timedelta(days=1)


def payment(name: str, invoice: str, at: datetime = AT - DAY / 2, payer: str = "") -> News:
    return News(invoice=invoice, payer=payer, fact=Payment(id=name, amount=PRICE, at=at))


def reversal(name: str, of: str, invoice: str, at: datetime = AT - DAY / 3, payer: str = "") -> News:
    return News(invoice=invoice, payer=payer, fact=Reversal(id=name, payment=of, amount=PRICE, at=at))


def restored(name: str, of: str, invoice: str, at: datetime = AT - DAY / 4, account: str = "") -> News:
    return News(invoice=invoice, account=account, fact=Restored(id=name, reversal=of, amount=PRICE, at=at))


def at_of(news: News) -> datetime:
    fact = moved(news)
    assert fact
    return fact.at


@dataclass
class Company:
    """Fits `dunning.ports.companies.Gateway`. `broken`: nobody can reach it."""

    told: list[News] = field(default_factory=list[News])
    charged: dict[str, Money] = field(default_factory=dict[str, Money])
    asked: list[str] = field(default_factory=list[str])
    spans: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])
    broken: bool = False

    async def movements(self, since: datetime, until: datetime) -> AsyncIterator[News]:
        self.spans.append((since, until))
        for news in sorted(self.told, key=at_of):
            self._be_there()
            if since <= at_of(news) < until:
                yield news

    async def ask(self, order: ChargeOrder) -> ChargeResult:
        self._be_there()
        self.asked.append(order.payment)
        amount = self.charged.get(order.payment)
        return Charged(payment=order.payment, amount=amount, at=order.at) if amount else Declined(code="never_seen")

    def _be_there(self) -> None:
        if self.broken:
            raise OutageError("gateway: HTTP 503")

    async def method(self, account: Account) -> Method | None:
        raise AssertionError(f"a sweep looks for no method of {account.id}")

    async def charge(self, order: ChargeOrder, method: Method) -> ChargeResult:
        raise AssertionError(f"a sweep charges nothing: {order.key}, {method.id}")

    async def find(self, order: ChargeOrder, attempt: Attempt) -> ChargeResult | None:
        raise AssertionError(f"finding may give a payment up: {order.key}, {attempt.key}")

    async def received(self, account: Account, invoice: str, known: Sequence[str]) -> Found:
        raise AssertionError(f"a sweep reads movements: {account.id}, {invoice}, {known}")

    async def refund(self, order: RefundOrder) -> RefundResult:
        raise AssertionError(f"a sweep refunds nothing: {order.key}")

    async def news(self, body: str) -> tuple[News, ...]:
        raise AssertionError(f"a sweep gets no webhook: {body}")


@dataclass
class Desk:
    """Stands for the operations on cases. `silent` invoices' cases do not answer, nor take news.

    `takes`: seconds for an answer.
    """

    cases: dict[str, Case] = field(default_factory=dict[str, Case])
    silent: set[str] = field(default_factory=set[str])
    asked: list[str] = field(default_factory=list[str])
    delivered: list[News] = field(default_factory=list[News])
    takes: float = 0
    at_once: int = 0
    most_at_once: int = 0

    async def deliver(self, news: News) -> Outcome:
        await self._work(news.invoice)
        self.delivered.append(news)
        case = self.cases.get(news.invoice)
        if case and isinstance(news.fact, Payment):
            entry = Entry.model_validate({**news.fact.model_dump(), "kind": "payment"})
            self.cases[news.invoice] = with_entry(case, entry)
        return Outcome(outcome="applied" if isinstance(news.fact, Payment) else "noted", invoice=news.invoice)

    async def case(self, invoice: str) -> Case | None:
        self.asked.append(invoice)
        await self._work(invoice)
        return self.cases.get(invoice)

    async def _work(self, invoice: str) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.takes)
        self.at_once -= 1
        if invoice in self.silent:
            raise OutageError("Temporal: DEADLINE_EXCEEDED; is it up, and is a worker running?")


def known(number: str) -> KnownInvoice:
    return KnownInvoice(number=number, account=f"of-{number}", policy="a-small-orange", due=DUE)


def case(*entries: Entry) -> Case:
    fresh = open_case(opened("a-small-orange"), AT - 10 * DAY)
    for entry in entries:
        fresh = with_entry(fresh, entry)
    return fresh


def closing(number: str, *entries: Entry) -> CloseOrder:
    return CloseOrder(
        case=case(*entries),
        invoice=number,
        account=f"of-{number}",
        step="close",
        at=AT - DAY,
        outcome="paid",
    )
