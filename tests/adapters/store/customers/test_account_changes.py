"""What people change of an account is written whole or not at all, with who and why, whoever else writes meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.store import SqlStore
from dunning.records.accounts import Account, AccountChange, Contact, Service
from tests.adapters.store.test_store import ACCOUNT, AT, notice


def change(what: str, account: str = "a-1") -> AccountChange:
    return AccountChange(account=account, at=AT, by="ana", reason="asked", what=(what,))


def named(name: str, before: Account = ACCOUNT) -> Account:
    return before.model_copy(update={"name": name})


@pytest.fixture
async def other(url: str) -> AsyncIterator[SqlStore]:
    """Give a second store on the database, as another process has it."""
    opened = SqlStore(url)
    yield opened
    await opened.close()


async def test_an_account_is_replaced_with_who_did_it_and_why_in_order(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    assert await store.replace_account(ACCOUNT, named("New"), change("name"))
    fewer = named("New").model_copy(update={"contacts": ACCOUNT.contacts[1:], "services": ()})
    assert await store.replace_account(named("New"), fewer, change("contact"))
    assert await store.account("a-1") == fewer
    assert await store.account_changes("a-1") == (change("name"), change("contact"))
    assert await store.account_changes("a-2") == ()


async def test_what_is_not_as_it_was_read_stays_and_nothing_is_kept_of_it(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await store.mark_bounced(notice("n"), "5.1.1", AT)
    assert not await store.replace_account(ACCOUNT, named("New"), change("name"))
    assert (await store.account("a-1")).contacts[0].bounce == "5.1.1"
    assert await store.account_changes("a-1") == ()


async def test_of_ten_changes_at_once_one_wins(store: SqlStore, other: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    stores = (store, other)
    tried = (stores[n % 2].replace_account(ACCOUNT, named(f"{n}"), change(f"{n}")) for n in range(10))
    won = await asyncio.gather(*tried)
    assert won.count(True) == 1
    assert (await store.account("a-1")).name == str(won.index(True))
    assert [each.what for each in await store.account_changes("a-1")] == [(str(won.index(True)),)]


async def test_who_pays_is_noted_beside_every_other_change(store: SqlStore, other: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    for number in range(10):
        before = await store.account("a-1")
        after = named(f"n-{number}", before)
        _, won = await asyncio.gather(
            store.set_payer("a-1", f"cus_{number}"), other.replace_account(before, after, change("name"))
        )
        now = await store.account("a-1")
        assert (now.payer, now.name) == (f"cus_{number}", after.name if won else before.name)
    await store.set_payer("a-0", "cus_1")
    with pytest.raises(LookupError):
        await store.account("a-0")


async def test_a_bounce_that_comes_meanwhile_is_never_lost(store: SqlStore, other: SqlStore) -> None:
    for number in range(10):
        await store.put_account(ACCOUNT)
        changing = other.replace_account(ACCOUNT, named("New"), change("name"))
        await asyncio.gather(changing, store.mark_bounced(notice(f"n-{number}"), "5.1.1", AT))
        assert (await store.account("a-1")).contacts[0].bounce == "5.1.1"


async def test_a_change_of_another_account_or_of_none_is_refused(store: SqlStore) -> None:
    with pytest.raises(LookupError, match="account 'a-1' is not in the store"):
        await store.replace_account(ACCOUNT, named("New"), change("name"))
    await store.put_account(ACCOUNT)
    with pytest.raises(ValueError, match="a change of 'a-2' cannot turn 'a-1' into 'a-1'"):
        await store.replace_account(ACCOUNT, named("New"), change("name", "a-2"))
    strange = ACCOUNT.model_copy(update={"contacts": (Contact(account="a-2", email="x@x.example"),)})
    with pytest.raises(ValueError, match=r"'a-1' has contacts or services of \['a-2'\]"):
        await store.replace_account(ACCOUNT, strange, change("contact"))
    stranger = ACCOUNT.model_copy(update={"services": (Service(id="s", account="a-2", user="x"),)})
    with pytest.raises(ValueError, match=r"'a-1' has contacts or services of \['a-2'\]"):
        await store.replace_account(ACCOUNT, stranger, change("service"))
    assert (await store.account("a-1"), await store.account_changes("a-1")) == (ACCOUNT, ())
