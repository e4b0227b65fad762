"""What a person gives is kept once while it waits, whoever else gives it, and among however much else. On both."""

import asyncio
import time
from datetime import timedelta
from statistics import median

from adapters.store import SqlStore
from dunning.case.facts import Payment, Waiver
from dunning.money import Money
from dunning.records.inbox import InboxEvent, News
from tests.adapters.store.test_store import AT

PART = Waiver(entry="invoice", amount=Money.parse("USD 5"), by="ann")


def given(id_: str, invoice: str = "INV-1", days: int = 0, waiver: Waiver = PART) -> InboxEvent:
    news = News(invoice=invoice, decision=waiver, update=id_)
    return _event(id_, news, days)


def paid(id_: str, payment: str, days: int = 0) -> InboxEvent:
    at = AT + timedelta(days=days)
    return _event(id_, News(invoice="INV-1", fact=Payment(id=payment, amount=Money.parse("USD 5"), at=at)), days)


def _event(id_: str, news: News, days: int) -> InboxEvent:
    at = AT + timedelta(days=days)
    return InboxEvent(source="command", id=id_, body=news.model_dump_json(), at=at, invoice=news.invoice)


async def test_the_very_same_of_an_invoice_is_kept_once_while_it_waits(store: SqlStore) -> None:
    first = given("one")
    assert await store.keep_given(first) == first
    assert await store.keep_given(given("two", days=1)) == first
    others = [given("three", invoice="INV-2"), given("four", waiver=PART.model_copy(update={"by": "ben"}))]
    for other in others:
        assert await store.keep_given(other) == other
    await store.handled(first, "waived")
    again = given("five", days=2)
    assert await store.keep_given(again) == again
    assert [each.id for each in await store.waiting(9)] == ["four", "three", "five"]


async def test_a_payment_that_waits_is_the_same_whenever_it_was_typed(store: SqlStore) -> None:
    first = paid("one", "bank-1")
    for event in (first, paid("two", "bank-1", days=3)):
        assert await store.keep_given(event) == first
    assert (await store.keep_given(paid("three", "bank-2"))).id == "three"


async def test_given_by_twenty_people_at_once_it_is_one(url: str) -> None:
    stores = [SqlStore(url) for _ in range(4)]
    events = [given(f"n-{n}") for n in range(20)]
    kept = await asyncio.gather(*(stores[n % 4].keep_given(event) for n, event in enumerate(events)))
    assert len({event.id for event in kept}) == 1
    assert len(await stores[0].waiting(50)) == 1
    for each in stores:
        await each.close()


async def test_ten_thousand_that_were_handled_cost_a_command_nothing(store: SqlStore) -> None:
    async def cost(name: str) -> float:
        taken: list[float] = []
        for number in range(15):
            event = given(f"{name}-{number}")
            began = time.perf_counter()
            await store.keep_given(event)
            await store.handled(event, "waived")
            taken.append(time.perf_counter() - began)
        return median(taken)

    before = await cost("before")
    await store.receive([given(f"old-{n}").model_copy(update={"outcome": "waived"}) for n in range(10_000)])
    after = await cost("after")
    # Reading them all would take a hundred times as long.
    assert after < 3 * before + 0.003, (before, after)
