"""An opening that is taken back leaves what there was before, on both databases, and nothing of a case that ran."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from adapters.store import SqlStore
from adapters.store.tables import carried
from dunning.case.fence import Fence
from dunning.money import Money
from dunning.records.accounts import Account, AccountChange, Contact, Service
from dunning.records.beginning import Beginning
from dunning.records.books import KnownInvoice
from dunning.records.credit import Credit
from tests.adapters.store.test_store import ACCOUNT, opened

DUE, AT = date(2024, 2, 29), datetime(2024, 2, 1, tzinfo=UTC)
FIVE = Money(minor=500, currency="USD")


def more(account: Account) -> Account:
    contact = Contact(account=account.id, email="new@x.example", rank=9)
    service = Service(id="p:new:website", account=account.id, kind="website", panel="p", user="new", domain="")
    return account.model_copy(
        update={"contacts": (*account.contacts, contact), "services": (*account.services, service)}
    )


async def test_of_a_new_account_nothing_is_left(store: SqlStore) -> None:
    await store.put_account(more(ACCOUNT))
    generation = await opened(store, "i-1", DUE)
    await store.withdraw("i-1", generation, None, more(ACCOUNT))
    assert await store.invoice("i-1") is None
    with pytest.raises(LookupError):
        await store.account("a-1")


async def test_a_known_account_keeps_what_it_had_and_its_credit(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-0", DUE)
    await store.add_credit(Credit(id="c-1", account="a-1", amount=FIVE, at=AT, reason="a gift"))
    before = await store.account("a-1")
    await store.put_account(more(ACCOUNT))
    generation = await opened(store, "i-1", DUE)
    assert await store.use_credit("a-1", "i-1", FIVE, AT) == FIVE
    await store.withdraw("i-1", generation, before, more(before))
    assert await store.account("a-1") == before
    assert [each.number for each in await store.all_invoices("a-1")] == ["i-0"]
    assert [str(each.amount) for each in await store.credits("a-1")] == ["USD 5.00"]


async def test_a_new_account_with_another_invoice_stays(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    generation = await opened(store, "i-1", DUE)
    await opened(store, "i-2", DUE)
    await store.withdraw("i-1", generation, None, ACCOUNT)
    assert (await store.account("a-1")).id == "a-1"


@pytest.mark.parametrize("known", [True, False])
async def test_what_a_person_changed_meanwhile_stays(store: SqlStore, known: bool) -> None:
    if known:
        await store.put_account(ACCOUNT)
    before, after = (await store.account("a-1") if known else None), more(ACCOUNT)
    await store.put_account(after)
    generation = await opened(store, "i-1", DUE)
    now, theirs = await store.account("a-1"), Contact(account="a-1", email="theirs@x.example", rank=10)
    changed = now.model_copy(update={"name": "New", "contacts": (*now.contacts, theirs)})
    change = AccountChange(account="a-1", at=AT, by="ana", reason="asked", what=("name",))
    assert await store.replace_account(now, changed, change)
    await store.withdraw("i-1", generation, before, after)
    found = await store.account("a-1")
    assert (found.name, [each.email for each in found.contacts][-1]) == ("New", "theirs@x.example")
    assert "new@x.example" not in [each.email for each in found.contacts]


@pytest.mark.parametrize("how", ["another life began", "an order wrote"])
async def test_what_may_have_a_case_is_not_taken_back(store: SqlStore, how: str) -> None:
    await store.put_account(ACCOUNT)
    generation = await opened(store, "i-1", DUE)
    if how == "an order wrote":
        await store.mark_invoice(Fence("i-1", 1, 1), "open")
    else:
        generation = await opened(store, "i-1", DUE)
    await store.withdraw("i-1", generation, None, ACCOUNT)
    assert await store.invoice("i-1") is not None


async def test_what_was_carried_waits_again(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await opened(store, "i-0", DUE)
    before = await store.account("a-1")
    known = KnownInvoice(number="i-1", account="a-1", policy="aso", due=DUE)
    (begun,) = await store.begin([Beginning(known, FIVE)], AT)
    await store.withdraw("i-1", begun.generation, before, before)
    assert await opened(store, "i-1", DUE) == 1
    async with store._reading() as connection:
        assert (await connection.execute(select(carried))).first() is None
