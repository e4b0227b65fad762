"""Subscriptions in the store, on both databases; their invoices' numbers have no gap and none comes twice."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.store import SqlStore
from dunning.money import Money
from dunning.ports.beginnings import AccountChangedError
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.subscriptions.numbers import numbers
from dunning.subscriptions.renewals import Renewal
from tests.dunning.subscriptions.made import subscription

AT, DAY = datetime(2026, 12, 1, 14, tzinfo=UTC), date(2026, 12, 1)
NUMBERS = numbers("INV-{year}-{number:03}")
BAKERY = Account(id="bakery", name="Bakery")


def renewal(of: str, number: int = 0, **more: Any) -> Renewal:
    values = {
        "subscription": of,
        "number": number,
        "invoice": "",
        "starts": date(2026, 12, 10),
        "ends": date(2027, 1, 10),
        "amount": Money.parse("USD 19.99"),
        "at": AT,
    }
    return Renewal.model_validate({**values, **more})


async def test_a_subscription_begins_once_with_its_account_and_its_row_only_gets_newer(store: SqlStore) -> None:
    new = subscription()
    assert await store.begin_subscription(new, BAKERY, None)
    assert not await store.begin_subscription(new.model_copy(update={"number": 7}), None, None)
    assert (await store.subscription("web"), await store.account("bakery")) == (new, BAKERY)
    newer = new.model_copy(update={"revision": 3, "number": 2})
    await store.note_subscription(newer)
    await store.note_subscription(new.model_copy(update={"revision": 2}))
    assert await store.subscriptions("bakery") == (newer,)
    assert await store.subscriptions("other") == ()
    assert await store.subscription("none") is None
    other = BAKERY.model_copy(update={"name": "Other"})
    with pytest.raises(AccountChangedError):
        await store.begin_subscription(subscription(id="two"), other, None)
    assert await store.subscriptions() == (newer,), "all or nothing"


async def test_a_number_is_given_once_and_asked_again_it_is_the_same(store: SqlStore) -> None:
    first = await store.number_renewal(renewal("a"), NUMBERS, DAY)
    assert first == "INV-2026-001"
    assert await store.number_renewal(renewal("a"), NUMBERS, date(2027, 1, 1)) == first, "also in another year"
    assert await store.number_renewal(renewal("a", 1), NUMBERS, DAY) == "INV-2026-002"
    assert await store.number_renewal(renewal("b"), NUMBERS, date(2027, 1, 1)) == "INV-2027-001"
    assert await store.renewal("a", 0) == renewal("a", invoice=first)
    assert [each.invoice for each in await store.renewals("a")] == ["INV-2026-001", "INV-2026-002"]
    assert await store.renewal("a", 2) is None


async def test_numbers_that_a_file_used_are_passed_over(store: SqlStore) -> None:
    await store.put_account(BAKERY)
    for number in ("INV-2026-001", "INV-2026-002", "INV-2026-004"):
        await store.open_invoice(KnownInvoice(number=number, account="bakery", policy="aso", due=DAY))
    given = [await store.number_renewal(renewal("a", place), NUMBERS, DAY) for place in range(3)]
    assert given == ["INV-2026-003", "INV-2026-005", "INV-2026-006"]


async def test_many_at_once_get_numbers_without_a_gap_and_none_twice(store: SqlStore, url: str) -> None:
    """Each is asked for three times at once, as after a crash that nobody heard of, and by two processes."""
    stores = (store, SqlStore(url))
    asked = [(which, place) for place in range(25) for which in (0, 1, 0)]
    given = await asyncio.gather(
        *(stores[which].number_renewal(renewal(f"s-{place}"), NUMBERS, DAY) for which, place in asked)
    )
    by_renewal = dict[int, set[str]]()
    for (_, place), number in zip(asked, given, strict=True):
        by_renewal.setdefault(place, set()).add(number)
    assert all(len(each) == 1 for each in by_renewal.values())
    assert sorted(number for each in by_renewal.values() for number in each) == [
        f"INV-2026-{n:03}" for n in range(1, 26)
    ]
    await stores[1].close()


async def test_a_number_that_was_not_written_down_is_not_lost(store: SqlStore) -> None:
    """Whatever goes wrong after it was counted, the count goes with it."""
    with pytest.raises(Exception, match=r"(?i)not null|null value"):
        await store.number_renewal(renewal("a").model_copy(update={"starts": None}), NUMBERS, DAY)
    assert await store.number_renewal(renewal("b"), NUMBERS, DAY) == "INV-2026-001"
