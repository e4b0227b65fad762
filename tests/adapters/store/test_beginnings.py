"""Invoices that begin together, on both databases: one transaction, and each as if it had begun alone."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from adapters.store import SqlStore
from dunning.money import Money
from dunning.ports.beginnings import AccountChangedError
from dunning.records.accounts import Account, Contact, Service
from dunning.records.beginning import Beginning, Begun
from dunning.records.books import KnownInvoice
from dunning.records.credit import Credit
from tests.adapters.store.database.test_group_commit import commits

DUE, AT = date(2026, 12, 1), datetime(2026, 11, 1, tzinfo=UTC)


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def account(name: str, *emails: str) -> Account:
    contacts = tuple(Contact(account=name, email=email, rank=rank) for rank, email in enumerate(emails))
    service = Service(id=f"p:{name}:website", account=name, kind="website", panel="p", user=name, domain="")
    return Account(id=name, name=name.title(), zone="UTC", contacts=contacts, services=(service,))


def beginning(
    number: str, of: Account, *, before: Account | None = None, known: bool = False, uses_credit: bool = True
) -> Beginning:
    invoice = KnownInvoice(number=number, account=of.id, policy="aso", due=DUE)
    return Beginning(invoice, usd(1999), None if known else of, before, uses_credit)


async def test_many_begin_in_one_transaction(store: SqlStore) -> None:
    several = [account(f"a-{n}", f"{n}@x.example") for n in range(300)]
    made = commits(store)
    begun = await store.begin([beginning(f"I-{each.id}", each) for each in several], AT)
    assert len(made) == 1
    assert begun == (Begun(1, usd(0), usd(0)),) * 300
    assert await store.accounts([each.id for each in several]) == {each.id: each for each in several}
    assert await store.account("a-7") == several[7]
    known = await store.known_invoices(["I-a-7", "I-none"])
    assert list(known) == ["I-a-7"]
    assert known["I-a-7"] == await store.invoice("I-a-7")


@pytest.mark.promise(9)
async def test_what_begins_again_has_another_generation_and_takes_nothing_twice(store: SqlStore) -> None:
    rich, poor = account("rich"), account("poor")
    await store.put_account(rich)
    await store.add_credit(Credit(id="gift", account="rich", amount=usd(500), at=AT, reason="a gift"))
    several = [beginning("I-1", rich), beginning("I-2", poor, uses_credit=False)]
    assert await store.begin(several, AT) == (Begun(1, usd(0), usd(500)), Begun(1, usd(0), None))
    assert await store.begin(several, AT) == (Begun(2, usd(0), usd(500)), Begun(2, usd(0), None))
    assert await store.begin([beginning("I-3", rich, known=True)], AT) == (Begun(1, usd(0), usd(0)),)


async def test_an_account_is_written_as_it_is_now(store: SqlStore) -> None:
    await store.begin([beginning("I-1", account("a", "old@x.example")), beginning("I-2", account("b"))], AT)
    now = account("a", "new@x.example", "old@x.example")
    await store.begin([beginning("I-3", now, before=account("a", "old@x.example"))], AT)
    assert await store.accounts({"a", "b"}) == {"a": now, "b": account("b")}


async def test_all_or_nothing(store: SqlStore) -> None:
    with pytest.raises(LookupError, match="'nobody' is not in the store"):
        await store.begin([beginning("I-1", account("a")), beginning("I-2", account("nobody"), known=True)], AT)
    with pytest.raises(ValueError, match="one invoice at a time"):
        await store.begin([beginning("I-1", account("a")), beginning("I-2", account("a"))], AT)
    strange = account("a").model_copy(update={"services": account("b").services})
    with pytest.raises(ValueError, match=r"services of \['b'\]"):
        await store.begin([beginning("I-1", strange)], AT)
    assert await store.accounts({"a", "b"}) == {}
    assert await store.known_invoices({"I-1"}) == {}


async def test_two_imports_of_the_same_accounts_wait_for_each_other(url: str) -> None:
    """Each takes the accounts by their ids: in different orders they would wait in a circle."""
    one, other = SqlStore(url), SqlStore(url)
    several = [account(f"a-{n}") for n in range(50)]
    async with asyncio.timeout(30):
        for _ in range(5):
            rows = [beginning(f"I-{each.id}", each) for each in several]
            await asyncio.gather(one.begin(rows, AT), other.begin(rows[::-1], AT))
    begun = await one.begin([beginning("I-a-0", several[0])], AT)
    assert begun[0].generation == 11
    await one.close()
    await other.close()


async def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(store: SqlStore) -> None:
    read = account("a", "old@x.example")
    await store.put_account(read)
    exempt = read.model_copy(update={"exempt_until": DUE, "exempt_by": "ana", "exempt_reason": "a partner"})
    await store.put_account(exempt)
    mine = account("a", "old@x.example", "new@x.example")
    with pytest.raises(AccountChangedError):
        await store.begin([beginning("I-1", mine, before=read), beginning("I-2", account("b"))], AT)
    assert await store.accounts(["a", "b"]) == {"a": exempt}
    assert await store.known_invoices(["I-1", "I-2"]) == {}
