"""The table of open cases: the row that knows most stays, closed books stay closed, and nobody is held up or failed."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import SqlStore
from dunning.case.case import open_case
from dunning.case.fence import Fence
from dunning.case.orders import CloseOrder
from dunning.case.update import changed
from dunning.level import Level
from dunning.money import Money
from dunning.ports.open_cases import OpenCases, OpenSnapshots
from dunning.records.books import KnownInvoice
from dunning.records.open_case import OpenCase
from tests.dunning.examples import before_issue, opened

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
BEGUN = opened("a-small-orange")


def row(number: str = "INV-1", revision: int = 1, **more: Any) -> OpenCase:
    values = {
        "number": number,
        "account": "a-1",
        "customer": "Jane's Bakery",
        "policy": "a-small-orange",
        "zone": "UTC",
        "state": "open",
        "level": Level.LOCKED,
        "balance": Money(minor=1999, currency="USD"),
        "due": date(2026, 12, 1),
        "coming": "suspend",
        "coming_at": AT,
        "as_of": AT,
        "revision": revision,
        "snapshot": "eJw=",
    }
    return OpenCase.model_validate(values | more)


def closing(revision: int) -> CloseOrder:
    case = changed(open_case(BEGUN, before_issue(BEGUN)), revision=revision)
    return CloseOrder(invoice="INV-1", account="a-1", step="close:1", at=AT, outcome="paid", case=case)


async def noted(store: SqlStore, *rows: OpenCase) -> None:
    for each in rows:
        store.note(each)
        await asyncio.gather(*store._noting)


async def test_a_row_comes_back_as_it_was_noted(store: SqlStore) -> None:
    port: OpenCases = store
    await noted(store, row(), row("INV-2", coming_at=None))
    assert await port.open_case("INV-1") == row()
    assert await port.open_case("INV-2") == row("INV-2", coming_at=None)
    assert await port.open_case("INV-3") is None
    assert (await port.open_cases(AT - timedelta(seconds=1)))[0] == row(snapshot="")
    assert await port.open_cases(AT) == (row(), row("INV-2", coming_at=None, snapshot=""))


async def test_the_row_that_knows_most_stays_whoever_writes_last(store: SqlStore) -> None:
    await noted(store, row(revision=3), row(revision=2, state="late"), row(revision=3, state="late"))
    assert await store.open_case("INV-1") == row(revision=3)
    for each in (row(revision=5), row(revision=4), row("INV-2")):
        store.note(each)
    await asyncio.gather(*store._noting)
    assert [each.revision for each in await store.open_cases(AT)] == [5, 1]


async def test_a_late_write_does_not_bring_back_what_is_closed_and_a_new_life_is_there_again(store: SqlStore) -> None:
    await noted(store, row(revision=6))
    await store.close_ledger(closing(7))
    assert await store.open_case("INV-1") is None
    await noted(store, row(revision=5), row(revision=7))
    await store.put_open([(row(revision=7), 7)])
    assert await store.open_case("INV-1") is None
    await noted(store, row(revision=8))
    assert await store.open_case("INV-1") == row(revision=8)
    await store.close_ledger(closing(7))  # a try of the first life that was given up
    assert await store.open_case("INV-1") == row(revision=8)


class Frozen(SqlStore):
    """Stops for a while with everything written and nothing committed."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def _writing(self) -> AsyncGenerator[AsyncConnection]:
        async with super()._writing() as connection:
            yield connection
            self.reached.set()
            await self.go_on.wait()


async def test_a_write_in_the_very_moment_of_closing_leaves_no_row(store: SqlStore, url: str) -> None:
    closer = Frozen(url)
    closes = asyncio.create_task(closer.close_ledger(closing(7)))
    await closer.reached.wait()
    writes = [asyncio.create_task(noted(store, row(revision=6))), asyncio.create_task(store.put_open([(row(), 1)]))]
    await asyncio.wait(writes, timeout=0.3)  # it has to wait, and would be done else
    closer.go_on.set()
    await asyncio.gather(closes, *writes)
    assert await store.open_case("INV-1") is None
    await closer.close()


async def test_a_case_that_goes_on_from_older_books_has_a_row_though_its_revision_is_lower(store: SqlStore) -> None:
    await store.close_ledger(closing(7))
    await store.mark_invoice(Fence("INV-1", 9, 0), "open")
    await noted(store, row(revision=5))
    assert await store.open_case("INV-1") == row(revision=5)


async def test_what_the_case_itself_says_replaces_what_was_expected_of_the_same_revision(store: SqlStore) -> None:
    await noted(store, row(revision=3, state="expected"))
    store.note(row(revision=3, state="true"), lambda _there: row(revision=3, state="true"))
    await noted(store, row(revision=3, state="expected"))
    assert await store.open_case("INV-1") == row(revision=3, state="true")


async def test_who_may_know_a_fact_more_is_asked_for_the_row_of_both(store: SqlStore) -> None:
    asked: list[OpenCase] = []

    def of_both(there: OpenCase) -> OpenCase | None:
        asked.append(there)
        return row(revision=there.revision + 1, state="both") if there.revision < 5 else None

    store.note(row(revision=3), of_both)
    await asyncio.gather(*store._noting)
    assert asked == []
    store.note(row(revision=3, state="late"), of_both)
    store.note(row("INV-2"), of_both)
    await asyncio.gather(*store._noting)
    assert asked == [row(revision=3)]
    assert await store.open_case("INV-1") == row(revision=4, state="both")
    await noted(store, row(revision=5))
    store.note(row(revision=3), of_both)
    await asyncio.gather(*store._noting)
    assert await store.open_case("INV-1") == row(revision=5)


async def test_what_was_asked_of_the_case_replaces_what_was_found_wrong_but_nothing_newer(store: SqlStore) -> None:
    await noted(store, row(revision=4, state="wrong"))
    await store.put_open([(row(revision=3), 4)])
    assert await store.open_case("INV-1") == row(revision=3)
    await noted(store, row(revision=5))
    await store.put_open([(row(revision=4), 3)])
    assert await store.open_case("INV-1") == row(revision=5)


async def test_rows_of_closed_books_are_forgotten_and_those_of_dead_cases_are_kept(store: SqlStore) -> None:
    """An undo that is told while the books are being closed is known to no books, and closes none again."""
    await noted(store, row("DEAD"), row("REOPENED", revision=9))
    await store.open_invoice(KnownInvoice(number="REOPENED", account="a-1", policy="p", due=AT.date(), status="open"))
    await store.close_ledger(closing(2))
    await noted(store, row(revision=3))
    await store.forget_open([row(revision=2)])
    assert await store.open_case("INV-1") == row(revision=3), "it was written since somebody looked"
    await store.forget_open([row("DEAD"), row(revision=3), row("REOPENED", revision=9)])
    assert [each.number for each in await store.open_cases(AT)] == ["DEAD", "REOPENED"]


async def test_it_is_sorted_and_filtered(store: SqlStore) -> None:
    small, large = Money(minor=5, currency="USD"), Money(minor=10_000, currency="USD")
    rows = [row("B", balance=small), row("A", balance=large, account="a-2"), row("C", balance=large, policy="other")]
    await noted(store, *rows)
    assert [each.number for each in await store.open_cases(AT)] == ["A", "B", "C"]
    assert [each.number for each in await store.open_cases(AT, sort="balance")] == ["B", "A", "C"]
    assert [each.number for each in await store.open_cases(AT, sort="balance", descending=True)] == ["A", "C", "B"]
    assert [each.number for each in await store.open_cases(AT, account="a-2")] == ["A"]
    assert [each.number for each in await store.open_cases(AT, policy="other")] == ["C"]
    with pytest.raises(ValueError, match="there is no column 'snapshot'"):
        await store.open_cases(AT, sort="snapshot")


async def test_whoever_looks_ahead_gets_the_snapshots_of_what_comes_by_then_and_of_what_waits_for_no_time(
    store: SqlStore,
) -> None:
    port: OpenSnapshots = store
    later = AT + timedelta(seconds=1)
    await noted(store, row("B", coming_at=later), row("A", account="a-2"), row("C", coming_at=None, policy="other"))
    assert [(each.number, each.snapshot) for each in await port.open_snapshots(AT)] == [
        ("A", "eJw="), ("B", ""), ("C", "eJw="),
    ]  # fmt: skip
    assert [each.snapshot for each in await port.open_snapshots(datetime.max.replace(tzinfo=UTC))] == ["eJw="] * 3
    assert [each.number for each in await port.open_snapshots(AT, account="a-2")] == ["A"]
    assert [each.number for each in await port.open_snapshots(AT, policy="other")] == ["C"]


async def test_a_locked_database_holds_up_nobody_and_is_in_the_log(sqlite_url: str) -> None:
    other: Any = sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
    other.execute("begin immediate")
    store = SqlStore(sqlite_url, 0.05)
    with structlog.testing.capture_logs() as logs:
        store.note(row())
        assert logs == []
        await asyncio.gather(*store._noting)
    assert [(line["log_level"], line["error"]) for line in logs] == [("info", "StoreOutageError")]
    other.execute("rollback")
    other.close()
    await noted(store, row())
    assert await store.open_case("INV-1") == row()
    await store.close()


async def test_closing_the_store_writes_what_was_noted(url: str) -> None:
    store = SqlStore(url)
    store.note(row())
    await store.close()
    again = SqlStore(url)
    assert await again.open_case("INV-1") == row()
    await again.close()


async def test_closed_books_are_listed_until_the_case_is_open_again(store: SqlStore) -> None:
    order = closing(7)
    known = KnownInvoice(number="INV-1", account="a-1", policy="a-small-orange", due=order.due)
    generation = await store.open_invoice(known)
    assert await store.closed_cases() == ()
    await store.close_ledger(order.model_copy(update={"generation": generation}))
    (found,) = await store.closed_cases()
    case = order.case
    assert found == OpenCase(
        number="INV-1",
        account="a-1",
        customer=case.invoice.customer,
        policy="a-small-orange",
        zone="",
        state="paid",
        level=Level.ACTIVE,
        balance=case.balance,
        due=order.due,
        coming="",
        coming_at=None,
        as_of=AT,
        revision=7,
    )
    assert await store.closed_cases("a-1", "a-small-orange", "paid") == (found,)
    for other in ({"account": "a-2"}, {"policy": "hotdoodle"}, {"outcome": "void"}):
        assert await store.closed_cases(**other) == ()
    assert await store.closed_cases_of(["a-1"], []) == await store.closed_cases_of([], ["INV-1"]) == (found,)
    assert await store.closed_cases_of(["a-2"], ["INV-2"]) == ()
    await store.mark_invoice(Fence("INV-1", generation, 9), "open")
    assert await store.closed_cases() == await store.closed_cases_of(["a-1"], ["INV-1"]) == ()
