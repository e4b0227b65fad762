"""Holds that are changed by two at the same moment: neither change is lost."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.store import SqlStore
from adapters.store.schema import migrate
from dunning.holds import Hold
from dunning.level import Level
from dunning.records.accounts import Account
from operations.services.change_holds import change_holds, lift_hold

AT = datetime(2026, 11, 25, 6, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqlStore]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = SqlStore(url)
    await store.put_account(Account(id="bakery", name="Bakery"))
    yield store
    await store.close()


def hold(source: str) -> Hold:
    return Hold(account="bakery", source=source, level=Level.SUSPENDED, since=AT)


async def sources(store: SqlStore) -> set[str]:
    return {each.source for each in await store.holds("bakery")}


async def test_only_the_hold_of_that_source_is_lifted_and_only_once(store: SqlStore) -> None:
    for source in ("INV-1", "abuse"):
        await store.place_hold(hold(source))
    assert await lift_hold(store, "bakery", "INV-1")
    assert await sources(store) == {"abuse"}
    assert not await lift_hold(store, "bakery", "INV-1")


async def test_a_hold_that_comes_while_another_one_is_lifted_stays(store: SqlStore) -> None:
    await store.place_hold(hold("INV-1"))
    seen: list[set[str]] = []

    async def lifts(before: tuple[Hold, ...]) -> tuple[Hold, ...]:
        seen.append({each.source for each in before})
        if len(seen) == 1:
            await store.place_hold(hold("abuse"))  # somebody else, in between
        return tuple(each for each in before if each.source != "INV-1")

    assert await change_holds(store, "bakery", lifts)
    assert seen == [{"INV-1"}, {"INV-1", "abuse"}]
    assert await sources(store) == {"abuse"}


async def test_all_changes_of_many_at_once_are_made(store: SqlStore) -> None:
    numbers = [f"INV-{n}" for n in range(8)]
    for source in numbers:
        await store.place_hold(hold(source))
    assert all(await asyncio.gather(*(lift_hold(store, "bakery", source) for source in numbers)))
    assert await sources(store) == set()
