"""Several processes use one database: nobody's write is lost, nobody wins twice, nobody is told it is locked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text

from adapters.store import SqlStore
from adapters.store.customers.accounts import lock_account
from dunning.level import Level
from dunning.records.accounts import Account, Contact, Service
from tests.adapters.store.test_store import ACCOUNT, AT, credit, hold, opened


@pytest.fixture
async def stores(url: str) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    """Give two stores on one database, as a worker and a command line have them."""
    pair = SqlStore(url), SqlStore(url)
    await pair[0].put_account(ACCOUNT)
    for number in range(11):
        await opened(pair[0], f"i-{number}", AT.date())
    yield pair
    for each in pair:
        await each.close()


Pair = tuple[SqlStore, SqlStore]


async def test_of_ten_swaps_at_once_exactly_one_wins(stores: Pair) -> None:
    old = hold("i-0")
    await stores[0].place_hold(old)
    wishes = [(old, hold(f"i-{n}", Level.SUSPENDED)) for n in range(1, 11)]
    swaps = (stores[n % 2].replace_holds("a-1", (old,), wish) for n, wish in enumerate(wishes))
    won = await asyncio.gather(*swaps)
    assert won.count(True) == 1
    assert await stores[0].holds("a-1") == wishes[won.index(True)]


async def test_of_ten_first_holds_at_once_exactly_one_wins(stores: Pair) -> None:
    wishes = [(hold(f"i-{n}"),) for n in range(10)]
    won = await asyncio.gather(*(stores[n % 2].replace_holds("a-1", (), wish) for n, wish in enumerate(wishes)))
    assert won.count(True) == 1
    assert await stores[1].holds("a-1") == wishes[won.index(True)]


async def test_a_hold_placed_while_another_is_lifted_is_never_lost(stores: Pair) -> None:
    paid, abuse = hold("i-0"), hold("abuse")
    for _ in range(10):
        await stores[0].replace_holds("a-1", await stores[0].holds("a-1"), (paid,))
        lifted, _none = await asyncio.gather(stores[0].replace_holds("a-1", (paid,), ()), stores[1].place_hold(abuse))
        assert await stores[0].holds("a-1") == ((abuse,) if lifted else (abuse, paid))


async def test_placing_a_hold_waits_for_whoever_has_the_account(stores: Pair) -> None:
    async with stores[0]._writing() as connection:
        await lock_account(connection, "a-1")
        placing = asyncio.create_task(stores[1].place_hold(hold("abuse")))
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(placing), 0.15)
        assert not placing.done()
        assert await stores[1].holds("a-1") == ()
    await placing
    assert await stores[1].holds("a-1") == (hold("abuse"),)


async def test_two_stores_write_fifty_times_each_at_once(stores: Pair) -> None:
    writes = [store.add_credit(credit(f"p-{who}-{n}")) for who, store in enumerate(stores) for n in range(50)]
    assert all(await asyncio.gather(*writes))
    assert len(await stores[0].credits("a-1")) == 100


async def test_one_payment_reported_ten_times_at_once_is_credited_once(stores: Pair) -> None:
    answers = await asyncio.gather(*(stores[n % 2].add_credit(credit("p-1")) for n in range(10)))
    assert answers.count(True) == 1


async def test_an_account_is_read_whole_while_it_is_replaced(stores: Pair) -> None:
    async def write() -> None:
        for n in range(60):
            await stores[0].put_account(_version(n % 2))

    await stores[0].put_account(_version(0))
    writing = asyncio.create_task(write())
    while not writing.done():
        assert await stores[1].account("a-1") in (_version(0), _version(1))
    await writing


def _version(n: int) -> Account:
    email, user = Contact(account="a-1", email=f"{n}@x"), Service(id="s", account="a-1", user=str(n))
    return Account(id="a-1", name=str(n), contacts=(email,), services=(user,))


async def test_sqlite_is_set_for_several_processes(sqlite_url: str) -> None:
    store, found = SqlStore(sqlite_url), dict[str, object]()
    async with store._reading() as connection:
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            found[name] = (await connection.execute(text(f"pragma {name}"))).scalar()
    await store.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
