"""What a person gives is kept once while it waits, whoever else gives it, and among however much else. On both."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import event as events
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.store import SqlStore
from adapters.store.database.engine import database
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


async def test_among_ten_thousand_that_were_handled_a_command_is_found_by_an_index(store: SqlStore, url: str) -> None:
    """What it asks the database is explained there: no row of the others is looked at."""
    await store.receive([given(f"old-{n}").model_copy(update={"outcome": "waived"}) for n in range(10_000)])
    asked: list[tuple[str, Any]] = []
    engine = create_async_engine(database(url))

    def heard(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: Any) -> None:
        if statement.startswith("SELECT") and "FROM inbox" in statement:
            asked.append((statement, values))

    events.listen(Engine, "before_cursor_execute", heard)
    try:
        await store.keep_given(given("new"))
    finally:
        events.remove(Engine, "before_cursor_execute", heard)
    ((statement, values),) = asked
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    async with engine.connect() as connection:
        await connection.exec_driver_sql("ANALYZE")
        plan = str((await connection.exec_driver_sql(explain + statement, values)).all())
    await engine.dispose()
    assert "ix_inbox_outcome_at" in plan, plan
    assert "SCAN inbox" not in plan, plan
    assert "Seq Scan" not in plan, plan
