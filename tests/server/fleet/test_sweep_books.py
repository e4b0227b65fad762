"""Comparing and healing against a company in memory: every way in which it can go wrong."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import ActivityEnvironment

from activities.fleet.sweep import PATIENT, SweepBooks
from adapters.store import SqlStore, migrate
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.ledger import Entry, Kind
from dunning.fleet.sweep import Compared, CompareOrder, HealOrder
from dunning.fleet.sweep_report import SweepReport
from dunning.money import Money
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.credit import Credit
from dunning.records.inbox import InboxEvent, News
from dunning.records.payments import Attempt
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from operations.concurrency import AT_ONCE
from operations.money.count_money import CountMoney
from tests.dunning.examples import PRICE
from tests.operations.paper import PaperCases
from tests.server.fleet.companies import AT, DAY, Company, Desk, case, closing, known, payment, restored, reversal

LESS = Money.parse("USD 19.98")
PART = CompareOrder(since=AT - DAY, until=AT)


@dataclass
class World:
    store: SqlStore
    company: Company = field(default_factory=Company)
    desk: Desk = field(default_factory=Desk)
    most: int = 500

    async def compare(self, part: CompareOrder = PART, attempt: int = PATIENT) -> Compared:
        return await _environment(attempt).run(self._books.compare, part)

    async def heal(self, *news: News, attempt: int = PATIENT) -> SweepReport:
        order = HealOrder(since=PART.since, until=PART.until, news=news)
        return await _environment(attempt).run(self._books.heal, order)

    @property
    def _books(self) -> SweepBooks:
        return SweepBooks(self.company, self.store, self.desk.case, self.desk.deliver, self.most)

    async def running(self, number: str, *entries: Entry) -> None:
        await self.store.open_invoice(known(number))
        self.desk.cases[number] = case(*entries)

    async def closed(self, number: str, *entries: Entry) -> None:
        await self.store.open_invoice(known(number))
        await self.store.close_ledger(closing(number, *entries))


def _environment(attempt: int) -> ActivityEnvironment:
    environment = ActivityEnvironment()
    environment.info = replace(ActivityEnvironment.default_info(), attempt=attempt)
    return environment


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = SqlStore(url)
    yield World(store)
    await store.close()


def line(name: str, kind: Kind = Kind.PAYMENT, amount: Money = PRICE) -> Entry:
    return Entry(id=name, kind=kind, amount=amount, at=AT)


async def test_what_a_running_case_a_closed_ledger_or_a_credit_has_is_in_order(world: World) -> None:
    await world.running("R", line("pi_1"), line("re_1", Kind.CHARGEBACK), line("won", Kind.RESTORED))
    await world.closed("C", line("pi_2"), line("re_2", Kind.REVERSAL), line("pi_parked", Kind.PARKED))
    credit = Credit(id="unmatched:pi_3", account="unmatched", amount=PRICE, at=AT, reason="nobody knows")
    await world.store.add_credit(credit)
    world.company.told = [
        payment("pi_1", "R"),
        reversal("re_1", "pi_1", "R"),
        restored("won", "re_1", "R"),
        payment("pi_2", "C"),
        payment("pi_parked", "C"),
        reversal("re_2", "pi_2", "C"),
        payment("pi_3", ""),
    ]
    found = await world.compare()
    assert (found.report.payments, found.report.reversals, found.report.in_order) == (4, 3, 7)
    assert (found.missing, found.report.needs_a_person) == ((), False)


async def test_what_nobody_here_knows_is_missing_in_the_order_in_which_it_is_told(world: World) -> None:
    await world.running("R")
    await world.closed("C")
    told = [
        payment("pi_1", "R", AT - timedelta(hours=2)),
        payment("pi_2", "C", AT - timedelta(hours=3)),
        payment("pi_3", "nobody's", AT - timedelta(hours=4)),
        payment("pi_4", "", AT - timedelta(hours=5)),
        reversal("re_1", "pi_1", "R", AT - timedelta(hours=6)),
        restored("won", "re_1", "R", AT - timedelta(hours=7)),
    ]
    world.company.told = told
    found = await world.compare()
    assert found.missing == (told[3], told[2], told[1], told[0], told[4], told[5])
    assert (found.report.payments, found.report.reversals, found.report.in_order) == (4, 2, 0)


async def test_a_case_is_asked_once_and_not_at_all_where_the_store_says_enough(world: World) -> None:
    await world.running("R", line("pi_1"))
    await world.closed("C", line("pi_2"))
    world.company.told = [
        payment("pi_1", "R"),
        payment("pi_lost", "R"),
        reversal("re_lost", "pi_1", "R"),
        payment("pi_2", "C"),
        payment("pi_3", "nobody's"),
        payment("pi_4", ""),
    ]
    await world.compare()
    assert world.desk.asked == ["R"]


async def test_another_amount_or_currency_is_told_and_not_mended(world: World) -> None:
    await world.running("R", line("pi_1", amount=LESS))
    await world.closed("C", line("re_2", Kind.REVERSAL, Money.parse("EUR 19.99")))
    credit = Credit(id="nobody's:pi_3", account="unmatched", amount=LESS, at=AT, reason="nobody knows")
    await world.store.add_credit(credit)
    world.company.told = [payment("pi_1", "R"), reversal("re_2", "pi_2", "C"), payment("pi_3", "nobody's")]
    found = await world.compare()
    assert (found.missing, found.report.mismatched, found.report.in_order) == ((), 3, 0)
    assert {(each.id, str(each.ours), str(each.theirs)) for each in found.report.mismatches} == {
        ("pi_1", "USD 19.98", "USD 19.99"),
        ("re_2", "EUR 19.99", "USD 19.99"),
        ("pi_3", "USD 19.98", "USD 19.99"),
    }


@pytest.mark.promise(9)
async def test_what_the_late_door_has_taken_is_found_again_wherever_it_put_it(world: World) -> None:
    """The real door, for every sort of money that has no running case: nothing of it looks missing tomorrow."""

    money = CountMoney(world.store, PaperCases(world.store, AT))
    await world.closed("C")
    await world.store.put_account(Account(id="bakery", name="Bakery", payer="cus_1"))
    told = [
        payment("pi_1", "C"),
        reversal("re_1", "pi_1", "C"),
        restored("re_1:failed", "re_1", "C"),
        reversal("re_2", "pi_never", "C"),
        payment("pi_3", "nobody's"),
        reversal("re_3", "pi_3", "nobody's"),
        payment("pi_4", ""),
        payment("pi_5", "", payer="cus_1"),
        reversal("re_5", "pi_never", "", payer="cus_1"),
        restored("re_6:failed", "re_6", "", account="bakery"),
        reversal("re_7", "pi_never", ""),
    ]
    world.company.told = told
    assert len((await world.compare()).missing) == len(told)
    for news in told:
        account = news.account or ("bakery" if news.payer else "of-C" if news.invoice == "C" else "")
        if isinstance(news.fact, Payment):
            await money.payment(news.invoice, news.fact, account)
        elif isinstance(news.fact, Reversal | Restored):
            await money.taken_back(news.invoice, news.fact, account)
    found = await world.compare()
    assert (found.missing, found.report.in_order, found.report.mismatched) == ((), len(told), 0)


async def test_a_refused_payment_that_a_person_was_told_of_is_not_brought_again_every_day(world: World) -> None:
    await world.running("R")
    refused = TicketOrder(
        invoice="R", account="of-R", step="refused:pi_1", at=AT, kind=TicketKind.PAYMENT_REFUSED, subject="s", body="b"
    )
    await world.store.open_ticket(refused)
    world.company.told = [payment("pi_1", "R")]
    assert (await world.compare()).report.in_order == 1


def attempt(payment_id: str, number: str = "R", at: datetime = AT - DAY / 2, **more: str) -> Attempt:
    values = {
        "key": f"{number}:charge:{payment_id}",
        "invoice": number,
        "account": f"of-{number}",
        "amount": PRICE,
        "at": at,
        "payment": payment_id,
        "outcome": "charged",
    }
    return Attempt.model_validate(values | more)


async def test_our_charges_are_looked_for_at_the_company(world: World) -> None:
    await world.running("R", line("pi_1"))
    world.company.told = [payment("pi_1", "R")]
    world.company.charged = {"pi_late": PRICE, "pi_less": LESS}
    attempts = [attempt(name) for name in ("pi_1", "pi_late", "pi_less", "pi_lost")]
    attempts += [attempt("pi_no", outcome="declined"), attempt("pi_later", at=AT), attempt("pi_open", outcome="")]
    for each in attempts:
        await world.store.put_attempt(each)
    found = await world.compare()
    assert sorted(world.company.asked) == ["pi_late", "pi_less", "pi_lost"], "only what it did not tell of"
    assert (found.report.charges, found.report.payments, found.report.in_order) == (4, 1, 3)
    assert [each.id for each in found.report.unknown] == ["pi_lost"]
    assert [(each.id, str(each.ours), str(each.theirs)) for each in found.report.mismatches] == [
        ("pi_less", "USD 19.99", "USD 19.98")
    ]
    assert (found.missing, world.desk.delivered) == ((), [])


async def test_waiting_webhooks_are_counted(world: World) -> None:
    events = [InboxEvent(source="stripe", id=f"evt_{n}", body="{}", at=AT) for n in range(3)]
    await world.store.receive(events)
    await world.store.handled(events[0], "applied")
    assert (await world.compare()).report.waiting == 2


@pytest.mark.parametrize("told", [[], [payment("pi_1", "R"), payment("pi_2", "R")]], ids=["charges", "movements"])
async def test_an_outage_of_the_company_is_waited_out(world: World, told: list[News]) -> None:
    await world.store.put_attempt(attempt("pi_9"))
    world.company.told, world.company.broken = told, True
    with pytest.raises(OutageError, match="gateway"):
        await world.compare()


async def test_a_case_that_does_not_answer_is_asked_again_then_told_and_keeps_no_other_waiting(world: World) -> None:
    await world.running("R", line("pi_1"))
    await world.running("S")
    world.desk.silent = {"S"}
    world.company.told = [payment("pi_1", "R"), payment("pi_2", "S"), payment("pi_3", "nobody's")]
    with pytest.raises(OutageError, match=r"1 case\(s\) do not answer \(S\)"):
        await world.compare(attempt=PATIENT - 1)
    found = await world.compare(attempt=PATIENT)
    assert (found.report.unanswered, found.report.silent, found.report.in_order) == (1, ("S",), 1)
    assert [news.invoice for news in found.missing] == ["nobody's"]


async def test_more_than_fits_into_one_answer_is_halved_unless_it_is_too_short(world: World) -> None:
    world.most = 2
    world.company.told = [payment(f"pi_{n}", f"nobody-{n}", AT - timedelta(seconds=2)) for n in range(3)]
    found = await world.compare()
    assert (found.too_many, found.missing, found.report.payments) == (True, (), 0)
    short = await world.compare(CompareOrder(since=AT - timedelta(seconds=2), until=AT))
    assert (short.too_many, len(short.missing)) == (False, 3)
    world.most = 3
    assert len((await world.compare()).missing) == 3


async def test_only_a_few_cases_are_asked_or_told_at_a_time(world: World) -> None:
    world.desk.takes = 0.1
    for n in range(3 * AT_ONCE):
        await world.running(f"R-{n}")
    world.company.told = [payment(f"pi_{n}", f"R-{n}") for n in range(3 * AT_ONCE)]
    missing = (await world.compare()).missing
    assert (len(missing), world.desk.most_at_once) == (3 * AT_ONCE, AT_ONCE)
    world.desk.most_at_once = 0
    await world.heal(*missing)
    assert (len(world.desk.delivered), world.desk.most_at_once) == (3 * AT_ONCE, AT_ONCE)


async def test_healing_tells_each_invoice_in_turn_and_says_what_became_of_it(world: World) -> None:
    told = (payment("pi_1", "R"), payment("pi_2", ""), reversal("re_1", "pi_1", "R"), reversal("re_2", "pi_2", ""))
    report = await world.heal(*told)
    for invoice in ("R", ""):
        of_it = [news for news in world.desk.delivered if news.invoice == invoice]
        assert of_it == [news for news in told if news.invoice == invoice]
    assert (report.payments_healed, report.reversals_healed) == (2, 2)
    assert {(each.invoice, each.id, each.outcome) for each in report.healed} == {
        ("R", "pi_1", "applied"),
        ("R", "re_1", "noted"),
        ("", "pi_2", "applied"),
        ("", "re_2", "noted"),
    }
    assert (report.payments, report.in_order) == (0, 0), "they were counted when they were compared"


async def test_a_case_that_takes_no_news_is_told_again_then_reported(world: World) -> None:
    world.desk.silent = {"S"}
    told = (payment("pi_1", "R"), payment("pi_2", "S"), reversal("re_2", "pi_2", "S"))
    with pytest.raises(OutageError, match="do not answer"):
        await world.heal(*told, attempt=1)
    report = await world.heal(*told)
    assert (report.payments_healed, report.reversals_healed, report.silent) == (1, 0, ("S",))


async def test_what_was_healed_is_in_order_the_next_time(world: World) -> None:
    await world.running("R")
    world.company.told = [payment("pi_1", "R")]
    await world.heal(*(await world.compare()).missing)
    found = await world.compare()
    assert (found.missing, found.report.in_order) == ((), 1)
