"""Many webhooks at once are few transactions, and nobody hears "kept" before his own is committed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import cast

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import SqlStore
from adapters.store.database.group_commit import FEW, GroupCommit
from dunning.ports.outages import StoreOutageError
from dunning.records.inbox import InboxEvent
from tests.adapters.store.test_store import AT


def webhook(number: int, **more: object) -> InboxEvent:
    return InboxEvent.model_validate({"source": "stripe", "id": f"evt_{number}", "body": "{}", "at": AT} | more)


def commits(store: SqlStore) -> list[Connection]:
    made: list[Connection] = []
    event.listen(store._engine.sync_engine, "commit", made.append)
    return made


async def test_what_comes_during_a_write_goes_into_the_next_one_together(store: SqlStore) -> None:
    made = commits(store)
    await asyncio.gather(*(store.receive([webhook(n)]) for n in range(50)))
    assert 1 <= len(made) <= 2
    assert len(await store.waiting(100)) == 50
    await asyncio.gather(*(store.handled(webhook(n), "paid") for n in range(50)))
    assert len(made) <= 4
    assert await store.waiting(100) == ()


async def test_everybody_in_a_batch_hears_of_its_failure_and_the_next_batch_works(store: SqlStore) -> None:
    broken = webhook(1).model_copy(update={"body": None})
    results = await asyncio.gather(store.receive([webhook(0)]), store.receive([broken]), return_exceptions=True)
    assert [type(result) for result in results] == [IntegrityError] * 2
    await store.receive([webhook(0)])
    assert await store.waiting(10) == (webhook(0),)


async def test_closing_waits_for_a_caller_that_was_too_impatient(url: str) -> None:
    store = SqlStore(url)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await store.receive([webhook(0)])
    await store.close()
    again = SqlStore(url)
    assert await again.waiting(10) == (webhook(0),)
    await again.close()


async def test_everybody_hears_it_when_not_even_a_transaction_can_begin() -> None:
    store = SqlStore("sqlite+aiosqlite:////nowhere/at/all.db")
    results = await asyncio.gather(*(store.receive([webhook(n)]) for n in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [StoreOutageError] * 3
    await store.close()


async def test_who_lingers_takes_in_what_comes_meanwhile_and_the_first_few_do_not_wait() -> None:
    batches = list[list[int]]()

    async def write(connection: object, items: Sequence[int]) -> None:
        del connection
        batches.append([*items])

    @asynccontextmanager
    async def writing() -> AsyncGenerator[AsyncConnection]:
        yield cast("AsyncConnection", None)

    group = GroupCommit[int](writing, write, linger=60)
    async with asyncio.timeout(5):
        for number in range(FEW):
            await group.add([number])
    assert batches == [[number] for number in range(FEW)]
    callers = [asyncio.create_task(group.add([number])) for number in (98, 99)]
    await asyncio.sleep(0.1)
    assert len(batches) == FEW
    async with asyncio.timeout(5):
        await group.close()
        await asyncio.gather(*callers)
    assert batches[FEW:] == [[98, 99]]
