"""The breaker's books in the store: counted under a lock, decided by people, on both databases (promise 10)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from activities.guards.breaker import KEPT_FOR, Breaker
from adapters.store import SqlStore
from adapters.store.customers.consequences import LOCK
from adapters.store.database.base import alone
from adapters.store.tables import accounts
from dunning.case.fence import Fence
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred
from dunning.fleet.breaker import ADMITTED, ALLOWED, DEFERRED, DELETE, KEPT, SUSPEND, Limits, Stopped
from dunning.level import Level
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.records.effects import Consequence, Counted, Decision, Ruling
from dunning.tickets.fleet import breaker_decided

AT = datetime(2026, 12, 25, 14, tzinfo=UTC)
"""Thirty days ahead of the day on which this was written."""
RETRY = timedelta(hours=6)
DAY = timedelta(days=1)

pytestmark = pytest.mark.promise(10)


def asked(name: str, at: datetime = AT, action: Counted = SUSPEND) -> Consequence:
    return Consequence(key=f"{name}:{action}", account=f"a-{name}", invoice=name, action=action, at=at, status=ADMITTED)


def suspends(name: str, at: datetime = AT) -> RestrictOrder:
    return RestrictOrder(
        invoice=name, account=f"a-{name}", step="suspend", at=at, today=at.date(), level=Level.SUSPENDED
    )


async def answers(store: SqlStore, limits: Limits, *rows: Consequence) -> list[str]:
    """One after the other, each in a transaction of its own."""
    return [(await store.admit([row], limits))[0].status for row in rows]


async def decided(store: SqlStore, rows: Sequence[Consequence], status: Decision) -> bool:
    ruling = Ruling(status, "ana", "a test")
    return await store.rule_on(rows, ruling, breaker_decided(rows, ruling, AT))


async def with_fleet(store: SqlStore, size: int) -> None:
    async with store._writing() as connection:
        rows = [
            {"id": f"a-{n}", "name": "x", "zone": "", "locale": "en_US", "brand": "", "payer": ""} for n in range(size)
        ]
        await connection.execute(insert(accounts), rows)


@pytest.fixture
async def stores(url: str) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    """Give two stores on one database, as two workers have them."""
    pair = SqlStore(url), SqlStore(url)
    yield pair
    for each in pair:
        await each.close()


async def test_what_is_admitted_is_remembered_and_the_fleet_is_the_accounts_there_are(store: SqlStore) -> None:
    limits = Limits(least=1, share=0.5)
    assert await answers(store, limits, asked("1"), asked("1"), asked("2")) == [ADMITTED, ADMITTED, DEFERRED]
    for name in ("x", "y", "z"):
        await store.put_account(Account(id=name, name=name))
    assert await answers(store, limits, asked("1", action=DELETE), asked("2", action=DELETE)) == [ADMITTED, ADMITTED]
    assert [row.key for row in await store.admitted(SUSPEND, AT - DAY, AT)] == ["1:suspend"]
    assert await store.admitted(SUSPEND, AT + DAY, AT + 2 * DAY) == ()


async def test_the_window_moves_on_and_counts_by_the_orders_own_time(store: SqlStore) -> None:
    limits = Limits(least=1, share=0)
    assert await answers(store, limits, asked("1"), asked("2", AT + DAY), asked("3", AT - DAY)) == [ADMITTED] * 3
    assert await answers(store, limits, asked("4", AT - DAY / 2)) == [DEFERRED]


async def test_what_is_stopped_is_listed_with_its_policy_oldest_first(store: SqlStore) -> None:
    limits = Limits(most=0)
    await store.open_invoice(KnownInvoice(number="1", account="a-1", policy="courtesy", due=date(2026, 12, 1)))
    await answers(store, limits, asked("2", AT + DAY), asked("1"), asked("1", action=DELETE))
    assert [(row.key, row.incident, row.policy) for row in await store.stopped()] == [
        ("1:delete", "1:delete", "courtesy"),
        ("1:suspend", "2:suspend", "courtesy"),
        ("2:suspend", "2:suspend", ""),
    ]


@pytest.mark.parametrize(("status", "waits"), [("paid", 0), ("closed", 0), ("void", 1), ("open", 1)])
async def test_what_was_paid_for_keeps_nobody_else_waiting(store: SqlStore, status: str, waits: int) -> None:
    """A deletion still comes after a policy has voided the invoice."""
    await store.open_invoice(KnownInvoice(number="1", account="a-1", policy="courtesy", due=date(2026, 12, 1)))
    await answers(store, Limits(most=0), asked("1"))
    await store.mark_invoice(Fence("1", 1, 0), status)
    assert len(await store.stopped()) == waits
    assert await answers(store, Limits(), asked("2")) == [DEFERRED if waits else ADMITTED]


async def test_people_allow_in_stages_and_keep_and_all_of_it_is_written_down(store: SqlStore) -> None:
    await answers(store, Limits(most=0), *(asked(str(n), AT + n * DAY) for n in range(5)))
    rows = await store.stopped()
    assert await decided(store, rows[:2], ALLOWED)
    assert await decided(store, rows[4:], KEPT)
    assert await answers(store, Limits(), *rows) == [ALLOWED, ALLOWED, DEFERRED, DEFERRED, KEPT]
    assert [row.status for row in await store.stopped()] == [DEFERRED, DEFERRED, KEPT]
    assert {ticket.subject for ticket in await store.tickets("")} == {
        "The breaker: 2 suspensions allowed by ana",
        "The breaker: 1 suspension kept from happening by ana",
    }
    assert await answers(store, Limits(), asked("9")) == [DEFERRED], "two still wait"
    await decided(store, [row for row in await store.stopped() if row.status == DEFERRED], ALLOWED)
    assert [row.status for row in await store.stopped()] == [KEPT]
    assert await answers(store, Limits(), asked("10")) == [ADMITTED], "what is kept keeps nobody else waiting"


async def test_of_two_decisions_about_the_same_rows_one_is_taken(stores: tuple[SqlStore, SqlStore]) -> None:
    await answers(stores[0], Limits(most=0), *(asked(str(n)) for n in range(3)))
    rows = await stores[0].stopped()
    taken = await asyncio.gather(decided(stores[0], rows, ALLOWED), decided(stores[1], rows[1:], KEPT))
    assert sorted(taken) == [False, True]
    assert len(await stores[0].tickets("")) == 1
    assert len(await stores[0].stopped()) == (0 if taken[0] else 3)
    assert not await decided(stores[0], [Stopped(**asked("unknown").model_dump())], KEPT)


async def test_of_forty_at_once_in_transactions_of_their_own_exactly_as_many_as_allowed_are_admitted(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    limits = Limits(least=5, share=0)
    rows = await asyncio.gather(*(stores[n % 2].admit([asked(str(n))], limits) for n in range(40)))
    assert [row.status for (row,) in rows].count(ADMITTED) == 5
    assert len({row.incident for (row,) in rows}) == 2, "one incident, and none of those that are admitted"


async def test_deciding_and_admitting_wait_for_whoever_counts(stores: tuple[SqlStore, SqlStore]) -> None:
    await answers(stores[0], Limits(most=0), asked("1"))
    rows = await stores[0].stopped()
    async with stores[0]._writing() as connection:
        await alone(connection, LOCK)
        admitting = asyncio.create_task(stores[1].admit([asked("2")], Limits()))
        deciding = asyncio.create_task(decided(stores[1], rows, ALLOWED))
        done, _ = await asyncio.wait([admitting, deciding], timeout=0.15)
        assert not done
    await asyncio.gather(admitting, deciding)
    assert "1" not in {row.invoice for row in await stores[0].stopped()}


async def test_two_workers_never_take_the_last_place_together(stores: tuple[SqlStore, SqlStore]) -> None:
    breakers = [Breaker(each, Limits(least=7, share=0), RETRY) for each in stores]
    orders = [suspends(f"{n // 2}", AT + timedelta(seconds=n // 2)) for n in range(60)]
    results = await asyncio.gather(*(breakers[n % 2].may(order) for n, order in enumerate(orders)))
    assert sum(result is None for result in results) == 14, "each is asked for twice, as a retry does"
    assert len(await stores[0].admitted(SUSPEND, AT - DAY, AT + DAY)) == 7
    assert [ticket.subject for ticket in await stores[0].tickets("")] == ["The breaker stopped all suspensions"]


@pytest.mark.parametrize(
    "order",
    [
        suspends("1").model_copy(update={"held": Level.SUSPENDED}),
        suspends("1").model_copy(update={"level": Level.LOCKED}),
    ],
)
async def test_what_cuts_nobody_off_is_not_even_counted(store: SqlStore, order: RestrictOrder) -> None:
    assert await Breaker(store, Limits(most=0), RETRY).may(order) is None
    assert await store.stopped() == ()


async def test_what_is_stopped_asks_again_and_what_is_kept_asks_rarely(store: SqlStore) -> None:
    breaker = Breaker(store, Limits(most=0), RETRY)
    delete = DeleteOrder(invoice="1", account="a-1", step="delete", at=AT, today=AT.date())
    waits = await breaker.may(delete)
    assert waits == Deferred(
        until=AT + RETRY,
        reason="the breaker stopped too many deletions at once; a person decides (starter.py breaker show)",
    )
    await decided(store, await store.stopped(), KEPT)
    assert await breaker.may(delete) == Deferred(
        until=AT + KEPT_FOR, reason="ana decided against this deletion: a test (starter.py breaker show)"
    )
    await decided(store, await store.stopped(), ALLOWED)
    assert await breaker.may(delete) is None


async def test_the_ticket_is_opened_by_whoever_comes_next_when_the_first_worker_died(store: SqlStore) -> None:
    await answers(store, Limits(most=0), asked("1"))
    assert await store.tickets("") == ()
    await Breaker(store, Limits(most=0), RETRY).may(suspends("2"))
    assert [ticket.key for ticket in await store.tickets("")] == [":breaker:1:suspend"]


async def test_a_store_that_fails_is_heard_by_everybody_who_asked_and_asked_again_next_time(sqlite_url: str) -> None:
    broken = SqlStore("sqlite+aiosqlite:////nowhere/at/all.db")
    breaker = Breaker(broken, Limits(), RETRY)
    results = await asyncio.gather(*(breaker.may(suspends(str(n))) for n in range(3)), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["StoreOutageError"] * 3
    breaker._store = SqlStore(sqlite_url)
    assert await breaker.may(suspends("1")) is None
    await breaker._store.close()
    await broken.close()


async def test_who_stops_waiting_takes_nobody_else_s_answer_along(store: SqlStore) -> None:
    breaker = Breaker(store, Limits(least=1, share=0), RETRY)
    tries = [asyncio.create_task(breaker.may(suspends(str(n)))) for n in range(3)]
    await asyncio.sleep(0)
    tries[0].cancel()
    rest = await asyncio.gather(*tries[1:])
    assert len(await store.admitted(SUSPEND, AT, AT)) == 1
    assert len(rest) == 2
    assert await breaker.may(suspends("0")) is None, "its place is still its own"


async def test_five_thousand_accounts_whose_clock_is_thirty_days_ahead(sqlite_url: str) -> None:
    """All of them are asked for at once; exactly what is allowed happens, and people allow the rest in stages."""
    store, fleet = SqlStore(sqlite_url), 5000
    await with_fleet(store, fleet)
    breaker, allowed = Breaker(store, Limits(), RETRY), Limits().allowed(fleet)
    orders = [suspends(f"I-{n}", AT + timedelta(seconds=n % 600)) for n in range(fleet)]
    results = await asyncio.gather(*(breaker.may(order) for order in orders))
    assert (sum(result is None for result in results), allowed) == (200, 200)
    assert len({result.reason for result in results if result}) == 1
    assert len(await store.tickets("")) == 1, "one alert for all of them"
    rows = await store.stopped()
    assert len(rows) == fleet - allowed
    assert await decided(store, rows[:100], ALLOWED)
    again = await asyncio.gather(*(breaker.may(suspends(row.invoice, AT + RETRY)) for row in rows))
    assert [result is None for result in again] == [True] * 100 + [False] * (len(rows) - 100)
    assert await decided(store, await store.stopped(), ALLOWED)
    assert await store.stopped() == ()
    assert len(await store.admitted(SUSPEND, AT - DAY, AT + DAY)) == allowed
    await store.close()
