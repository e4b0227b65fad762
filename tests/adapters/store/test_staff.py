"""Users, on both databases: one admin is always left, whoever disables whom at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.store import SqlStore
from dunning.staff.role import Role
from dunning.staff.user import User
from tests.adapters.store.test_store import AT

ANA = User(key="ana", name="Ana", role=Role.ADMIN, added_at=AT, added_login="root")
CLEO = User(key="cleo", name="Cleo", role=Role.CLERK, added_at=AT, added_by="Ana", added_login="ana")


def gone(user: User) -> User:
    return user.model_copy(update={"disabled_at": AT, "disabled_by": "Ana", "disabled_login": "root"})


@pytest.fixture
async def stores(url: str) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    """Give two stores on one database, as two people have them."""
    pair = SqlStore(url), SqlStore(url)
    yield pair
    for each in pair:
        await each.close()


async def test_users_are_read_as_they_were_written(store: SqlStore) -> None:
    assert (await store.users(), await store.user("ana")) == ((), None)
    await store.put_user(CLEO)
    await store.put_user(ANA)
    assert await store.users() == (ANA, CLEO)
    assert await store.disable_user(gone(CLEO))
    assert await store.user("cleo") == gone(CLEO)
    await store.put_user(CLEO)
    assert await store.users() == (ANA, CLEO)


async def test_of_ten_first_users_at_once_one_is_the_first(stores: tuple[SqlStore, SqlStore]) -> None:
    wishes = [ANA.model_copy(update={"key": f"u{n}", "name": f"U{n}"}) for n in range(10)]
    won = await asyncio.gather(*(stores[n % 2].add_first_user(each) for n, each in enumerate(wishes)))
    assert won.count(True) == 1
    assert await stores[0].users() == (wishes[won.index(True)],)
    assert await stores[1].add_first_user(wishes[won.index(True)]), "the same again is what was done"


async def test_admins_who_disable_each_other_at_once_leave_one(stores: tuple[SqlStore, SqlStore]) -> None:
    admins = [ANA.model_copy(update={"key": f"u{n}", "name": f"U{n}"}) for n in range(6)]
    for each in (*admins, CLEO):
        await stores[0].put_user(each)
    done = await asyncio.gather(*(stores[n % 2].disable_user(gone(each)) for n, each in enumerate(admins)))
    assert done.count(True) == len(admins) - 1
    left = [each for each in await stores[1].users() if each.enabled]
    assert left == [CLEO, admins[done.index(False)]]
