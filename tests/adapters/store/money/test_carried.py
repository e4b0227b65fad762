"""Rests between invoices: written with the books that leave them, taken once by the next invoice."""

from typing import Any

import pytest

from adapters.store import SqlStore
from dunning.case.case import open_case
from dunning.case.ledger import Entry, Kind
from dunning.case.orders import CloseOrder
from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.beginning import Beginning
from dunning.records.books import KnownInvoice
from tests.dunning.examples import DUE, at, opened

NEW = opened("a-small-orange")
NOW = at(NEW, 0)


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


async def closed(store: SqlStore, number: str, *entries: Entry, carried: int = 0) -> None:
    """Close the books of an invoice of the bakery that has these lines, too."""
    new = opened("a-small-orange", number=number).model_copy(update={"carried": usd(carried)})
    generation = await store.open_invoice(KnownInvoice(number=number, account="bakery", policy="aso", due=DUE))
    case = open_case(new.model_copy(update={"generation": generation}), NOW)
    case = case.model_copy(update={"entries": (*case.entries, *entries)})
    head: dict[str, Any] = {"invoice": number, "account": "bakery", "step": "close:9", "at": NOW}
    order = CloseOrder(**head, generation=generation, number=9, case=case, outcome="paid")
    assert await store.close_ledger(order) is None
    assert await store.close_ledger(order) is None


def rest(minor: int, place: int = 2) -> Entry:
    return Entry(id=f"carry:{place}", kind=Kind.CARRIED, amount=usd(minor), at=NOW)


async def waits(store: SqlStore) -> int:
    return sum(line.amount.minor for line in await store.carried("bakery"))


async def taken(store: SqlStore, number: str, currency: str = "USD") -> Money:
    """What the invoice takes of the bakery's, as it begins."""
    known = KnownInvoice(number=number, account="bakery", policy="aso", due=DUE)
    (begun,) = await store.begin([Beginning(known, Money(minor=1999, currency=currency))], NOW)
    return begun.carried


@pytest.mark.promise(9)
async def test_rests_add_up_and_are_taken_once(store: SqlStore) -> None:
    await store.put_account(Account(id="bakery", name="Bakery"))
    await closed(store, "C-1", rest(20))
    await closed(store, "C-2", rest(30), rest(5, 3))
    assert await waits(store) == 55
    assert await taken(store, "C-3", "EUR") == Money.zero("EUR")
    assert await taken(store, "C-4", "USD") == usd(55)
    await closed(store, "C-5", rest(7))
    assert await taken(store, "C-4", "USD") == usd(55)
    assert await waits(store) == 7


@pytest.mark.promise(9)
async def test_what_a_case_began_without_waits_again(store: SqlStore) -> None:
    await store.put_account(Account(id="bakery", name="Bakery"))
    await closed(store, "C-1", rest(20))
    assert await taken(store, "C-2", "USD") == usd(20)
    await closed(store, "C-2")
    assert await waits(store) == 20
    assert await taken(store, "C-3", "USD") == usd(20)
    await closed(store, "C-3", carried=20)
    assert await waits(store) == 0
