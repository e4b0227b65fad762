"""A payment's news in any order, any number of times, with its case in any state: the same books in the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.payments.unreported_money import unheard_of
from adapters.store import SqlStore, migrate
from dunning.case.facts import Answer, Payment, Restored, Reversal
from dunning.case.orders import AskOrder
from dunning.case.results import Found
from dunning.money import Money
from dunning.ports.cases import NoCaseError, Update
from dunning.records.accounts import Account
from dunning.records.claims import GIVEN, TakenBackNews
from dunning.records.credit import UNMATCHED
from dunning.rules.record import recorded
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import BY_ITSELF
from operations.money.count_money import CountMoney
from tests.dunning.examples import PRICE, at, opened
from tests.operations.paper import PaperCases
from tests.server.fleet.companies import Company

ASO = "a-small-orange"
NOW = at(opened(ASO), -5)
LATE = Money.parse("USD 15")
NAMES = count()


def payment(id_: str = "late", amount: Money = LATE) -> Payment:
    return Payment(id=id_, amount=amount, at=NOW)


def refund(id_: str = "back", of: str = "late", amount: Money = LATE) -> Reversal:
    return Reversal(id=id_, payment=of, amount=amount, at=NOW, reason="refunded")


def won(id_: str = "again", of: str = "back", amount: Money = LATE) -> Restored:
    return Restored(id=id_, reversal=of, amount=amount, at=NOW)


class Gateway(Company):
    """What it has of the customer's."""

    def __init__(self, there: tuple[Payment, ...]) -> None:
        super().__init__()
        self._there = there

    async def received(self, account: Account, invoice: str, known: Sequence[str]) -> Found:
        del account, invoice
        return Found(payments=tuple(each for each in self._there if each.id not in known))


class World:
    """One invoice and its account on a real store."""

    def __init__(self, store: SqlStore) -> None:
        self.number = f"PAPER-{next(NAMES)}"
        self.account = f"of-{self.number}"
        self.store = store
        self.cases = PaperCases(store, NOW)
        self.money = CountMoney(store, self.cases)

    async def start(self) -> None:
        await self.store.put_account(Account(id=self.account, name="Bakery"))
        await self.cases.begin(self.number, ASO)

    async def closed(self) -> None:
        """Paid by other money, and over."""
        await self.start()
        await self.tell(payment("in-time", PRICE))
        await self.cases.act()
        assert self.cases.case is None

    async def tell(self, fact: Payment | TakenBackNews) -> str:
        if isinstance(fact, Payment):
            return (await self.money.payment(self.number, fact)).outcome
        return await self.money.taken_back(self.number, fact)

    async def find(self, *there: Payment) -> None:
        """An order of the running case asks the gateway, which has these."""
        if case := self.cases.case:
            known = tuple(entry.id for entry in case.entries)
            order = AskOrder(
                invoice=self.number,
                account=self.account,
                step="late-fee",
                at=NOW,
                generation=case.generation,
                number=case.revision,
                known=known,
            )
            found = await unheard_of(Gateway(there), self.store, order)
            if found:
                milestone = case.plan.milestones[-1]
                self.cases.case = recorded(case, milestone, found, NOW)

    async def credit(self, account: str = "") -> int:
        """In minor units."""
        return sum(each.amount.minor for each in await self.store.credits(account or self.account))

    async def worth(self) -> int:
        """What all books together say that the customer has with us: credit less what is owed."""
        case = self.cases.case or self.cases.last
        parked = [c for c in await self.store.credits(UNMATCHED) if c.id.startswith(f"{self.number}:")]
        return await self.credit() + sum(c.amount.minor for c in parked) - (case.balance.minor if case else 0)


@contextmanager
def worlds(folder: Path) -> Generator[tuple[asyncio.Runner, SqlStore]]:
    url = f"sqlite+aiosqlite:///{folder}/store.db"
    with asyncio.Runner() as runner:
        runner.run(migrate(url))
        store = SqlStore(url)
        try:
            yield runner, store
        finally:
            runner.run(store.close())


NEWS: tuple[Payment | TakenBackNews, ...] = (payment(), refund(), won())


@st.composite
def lives(draw: st.DrawFn) -> list[object]:
    """One payment's news in any order, each once or twice; the case begins, is paid, acts and closes in between.

    The payment may also come as a signal that no store sees, or be found at the gateway before a consequence.
    """
    facts = draw(st.sets(st.sampled_from(NEWS), min_size=1))
    told: list[object] = [fact for fact in NEWS if fact in facts for _ in range(draw(st.integers(1, 2)))]
    told += draw(st.sampled_from(([], ["start"], ["start", "pay"]))) + ["act"] * draw(st.integers(0, 3))
    if NEWS[0] in facts:
        told += draw(st.sampled_from(([], ["signal"], ["find"], ["find", "find"], ["find", "signal"])))
    return draw(st.permutations(told))


@pytest.mark.promise(9)
@pytest.mark.promise(14)
def test_the_order_of_a_payment_s_news_changes_nothing(tmp_path: Path) -> None:
    with worlds(tmp_path) as (runner, store):

        @given(lives())
        @settings(
            max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
        )
        def play(life: list[object]) -> None:
            runner.run(_lived(World(store), life))

        play()


async def _lived(world: World, life: list[object]) -> None:
    for each in life:
        match each:
            case "start":
                await world.start()
            case "pay":
                await world.tell(payment("in-time", PRICE))
            case "signal":
                with suppress(NoCaseError):
                    await world.cases.signal(world.number, payment())
            case "find":
                await world.find(payment())
            case "act":
                await world.cases.act()
            case Payment() | Reversal() | Restored():
                await world.tell(each)
            case _:
                raise AssertionError(each)
    if "start" in life:  # until the books are closed a signal may stand twice in them
        await world.tell(payment("rest", PRICE))
    await world.cases.act()
    came, went, again = (fact in life for fact in NEWS)
    there = LATE.minor * (came - (came and went) + (came and went and again))
    assert await world.worth() == there + PRICE.minor * ("pay" in life)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = SqlStore(url)
    yield World(store)
    await store.close()


@pytest.mark.promise(9)
async def test_credit_that_its_own_invoice_used_is_not_counted_when_it_is_told_again(world: World) -> None:
    await world.closed()
    assert await world.tell(payment()) == "credited"
    assert await world.tell(refund("chargeback", "in-time", PRICE)) == "reopened"
    await world.cases.act()
    assert world.cases.case
    assert world.cases.case.balance == PRICE + -LATE, "the credit paid for a part of it"
    assert await world.tell(payment()) == "already credited"
    assert world.cases.case.balance == PRICE + -LATE
    assert await world.credit() == 0


@pytest.mark.promise(9)
async def test_money_that_was_parked_before_its_invoice_was_started_counts_once_for_it(world: World) -> None:
    assert await world.tell(payment()) == "parked"
    assert await world.tell(payment()) == "parked"
    await world.start()
    assert await world.tell(payment()) == "applied"
    assert await world.tell(payment()) == "applied", "whoever heard an answer hears the same again"
    assert world.cases.case
    assert world.cases.case.balance == PRICE + -LATE
    assert await world.credit(UNMATCHED) == 0
    (ticket,) = [each for each in await world.store.tickets("") if each.invoice == world.number]
    assert (ticket.kind, ticket.closed_by) == (TicketKind.LATE_PAYMENT, BY_ITSELF), "nobody has to find its invoice"
    assert ticket.closed_at


@pytest.mark.promise(9)
async def test_a_dispute_of_credit_that_is_told_while_the_case_runs_goes_to_the_credit(world: World) -> None:
    await world.closed()
    await world.tell(payment())
    await world.tell(refund("chargeback", "in-time", PRICE))
    assert await world.tell(refund()) == "taken off the credit"
    assert await world.credit() == 0
    assert TicketKind.LATE_REVERSAL in [ticket.kind for ticket in await world.store.tickets(world.account)]


@pytest.mark.promise(14)
async def test_a_dispute_that_is_won_before_it_was_opened_costs_no_credit(world: World) -> None:
    await world.closed()
    await world.tell(payment())
    assert await world.tell(won()) == "parked"
    await world.tell(refund())
    assert await world.credit() == LATE.minor


@pytest.mark.promise(14)
async def test_a_refund_told_before_the_late_payment_that_it_takes_back_leaves_no_credit(world: World) -> None:
    await world.closed()
    assert await world.tell(refund()) == "parked"
    assert await world.tell(payment()) == "credited"
    assert await world.credit() == 0


@pytest.mark.promise(9)
@pytest.mark.parametrize("first", ["the order", "the webhook"])
async def test_what_an_order_found_is_never_credit_too_whoever_comes_first(world: World, first: str) -> None:
    """Here the case is not even there when its money is told: that found it, and was terminated."""
    await world.start()
    case, world.cases.case = world.cases.case, None
    assert case
    if first == "the webhook":
        assert await world.tell(payment()) == "credited"
        world.cases.case = case
        await world.find(payment())
    else:
        world.cases.case = case
        await world.find(payment())
        case, world.cases.case = world.cases.case, None
        assert await world.tell(payment()) == "already counted"
        world.cases.case = case
    assert world.cases.case
    assert world.cases.case.balance == PRICE + -LATE
    assert await world.credit() == 0


class Surprised(PaperCases):
    """Between the answer that no case runs and the credit, something happens."""

    def __init__(self, store: SqlStore, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(store, NOW)
        self._meanwhile: list[Callable[[], Awaitable[None]]] = [meanwhile]

    async def tell(self, invoice: str, update: Update, update_id: str = "") -> Answer:
        try:
            return await super().tell(invoice, update, update_id)
        except NoCaseError:
            if self._meanwhile:
                await self._meanwhile.pop()()
            raise


@pytest.mark.promise(9)
async def test_money_that_its_case_finds_while_it_is_about_to_become_credit_is_no_credit(world: World) -> None:
    async def found() -> None:
        world.cases.case = case
        await world.find(payment())

    await world.start()
    case = world.cases.case
    world.cases = surprised = Surprised(world.store, found)
    world.money = CountMoney(world.store, surprised)
    assert await world.tell(payment()) == "already counted"
    assert surprised.case
    assert surprised.case.balance == PRICE + -LATE
    assert await world.credit() == 0


@pytest.mark.promise(9)
async def test_money_that_is_closed_with_its_books_while_it_is_about_to_become_credit_is_no_credit(
    world: World,
) -> None:
    async def signalled() -> None:
        world.cases.case = case
        await world.cases.signal(world.number, payment("late", PRICE))
        await world.cases.act()

    await world.start()
    case = world.cases.case
    world.cases = surprised = Surprised(world.store, signalled)
    world.money = CountMoney(world.store, surprised)
    assert await world.tell(payment("late", PRICE)) == "already counted"
    assert await world.credit() == 0


@pytest.mark.promise(9)
@pytest.mark.parametrize("used", [0, 500, 1500])
async def test_a_signal_that_brings_credit_again_invents_no_cent(world: World, used: int) -> None:
    """Signals pass no store: at closing, credit that is there is taken back, and what was used struck out."""
    await world.closed()
    await world.tell(payment())
    await world.store.use_credit(world.account, "OTHER", Money(minor=used, currency="USD"), NOW)
    await world.tell(refund("chargeback", "in-time", PRICE))
    assert world.cases.case
    await world.cases.signal(world.number, payment())
    await world.tell(payment("rest", PRICE + -LATE))
    await world.cases.act()
    assert await world.worth() == -used
    assert await world.credit() == 0
    kinds = [ticket.kind for ticket in await world.store.tickets(world.account)]
    assert kinds.count(TicketKind.COUNTED_TWICE) == (1 if used else 0)
    assert (world.cases.case is not None) == (used > 0), "what the other invoice used is owed here"


@pytest.mark.promise(9)
async def test_who_dies_after_closing_took_credit_back_invents_no_cent(world: World) -> None:
    """What he was to tell the case is told by the next try, too: an other invoice had used some of it."""
    await world.closed()
    await world.tell(payment())
    await world.store.use_credit(world.account, "OTHER", Money(minor=500, currency="USD"), NOW)
    await world.tell(refund("chargeback", "in-time", PRICE))
    assert world.cases.case
    await world.cases.signal(world.number, payment())
    await world.tell(payment("rest", PRICE + -LATE))
    world.cases.loses_an_answer = True
    await world.cases.act()
    assert (await world.worth(), await world.credit()) == (-500, 0)


@pytest.mark.promise(9)
async def test_what_an_order_took_back_from_credit_and_told_nobody_is_told_at_the_closing(world: World) -> None:
    """Its worker died, or the order was given up because other money paid for all: the customer keeps the money."""
    await world.closed()
    await world.tell(payment())
    await world.tell(refund("chargeback", "in-time", PRICE))
    assert await world.store.give(world.number, world.account, payment(), NOW) == LATE
    assert await world.credit() == 0
    await world.tell(payment("rest", PRICE))
    await world.cases.act()
    assert (world.cases.case, await world.credit()) == (None, LATE.minor)
    assert await world.tell(payment()) == "already counted"


@pytest.mark.promise(9)
async def test_what_a_case_refuses_may_be_brought_again(world: World) -> None:
    await world.start()
    claim = await world.store.claim(world.number, "late")
    await world.store.refuse(claim)
    assert (await world.store.claim(world.number, "late"))[2:] == (2, "", None, False)


async def test_what_a_case_was_given_stays_given(world: World) -> None:
    await world.start()
    for _ in range(2):
        assert await world.store.give(world.number, world.account, payment(), NOW) == LATE
    assert (await world.store.claim(world.number, "late")).place == GIVEN
