"""The purge of a real store: what is old goes, and what the product still needs stays, however old it is."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from adapters.store import SqlStore
from adapters.store.tables import (
    charge_attempts,
    consequences,
    ended_links,
    holds,
    inbound_mails,
    inbox,
    invoices,
    metadata,
    outages,
    reached,
    renewals,
    taken_back,
    tickets,
    windows,
)
from dunning.case.facts import Payment, Reversal
from dunning.case.ledger import Entry
from dunning.case.ledger import Kind as Line
from dunning.case.orders import CloseOrder
from dunning.case.update import changed
from dunning.fleet.breaker import SUSPEND
from dunning.keeping.kinds import LIVES, Kind
from dunning.level import Level
from dunning.ports.cases import FORGOTTEN
from dunning.ports.keeping import Expired
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.records.claims import GIVEN
from dunning.records.credit import late_line
from operations.keeping.purge import PurgeStore
from operations.money.late_money import KeepLateMoney
from tests.adapters.store.test_store import ACCOUNT, USD, books, notice, opened, ticket
from tests.operations.deaf import Deaf

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=20 * 366), NOW - timedelta(days=1)
DUE = date(2006, 12, 1)
DEFAULTS = {kind: life.days for kind, life in LIVES.items()}


def purge(store: Expired, together: int = 200, **lives: int) -> PurgeStore:
    return PurgeStore(store, {**DEFAULTS, **{Kind(name): days for name, days in lives.items()}}, together)


async def put(store: SqlStore, table: Any, **values: object) -> None:
    """Put a row whose other columns are empty."""
    empty = {column.name: "" for column in table.c if not column.nullable and not column.server_default}
    async with store._writing() as connection:
        await connection.execute(insert(table).values(empty | values))


async def rows(store: SqlStore, name: str) -> set[str]:
    """Give the first column of each row."""
    table = metadata.tables[name]
    first = list(table.c)[1 if name == "inbox" else 0]
    return {str(next(iter(row.values()))) for row in await store._rows(select(first))}


async def close(store: SqlStore, number: str, at: datetime, *payments: str, due: date = DUE) -> None:
    generation = await opened(store, number, due)
    order = books(at)
    entries = (order.entries[0], *(Entry(id=each, kind=Line.PAYMENT, amount=USD, at=at) for each in payments))
    invoice = order.case.invoice.model_copy(update={"number": number})
    case = changed(order.case, entries=entries, invoice=invoice)
    again = {"invoice": number, "case": case, "generation": generation}
    assert await store.close_ledger(CloseOrder.model_validate({**dict(order), **again})) is None


async def mail(store: SqlStore, name: str, at: datetime = OLD, outcome: str = "ticket", **more: object) -> None:
    await put(store, inbound_mails, id=name, at=at, raw=b"x", outcome=outcome, **more)


async def event(store: SqlStore, name: str, at: datetime = OLD, outcome: str = "applied", **more: object) -> None:
    await put(store, inbox, source="stripe", id=name, at=at, outcome=outcome, **more)


async def consequence(store: SqlStore, name: str, at: datetime = OLD, invoice: str = "") -> None:
    await put(store, consequences, key=name, at=at, invoice=invoice, action=SUSPEND, status="admitted")


async def closed_ticket(store: SqlStore, name: str, at: datetime | None = OLD, **more: object) -> None:
    order = ticket(name, OLD, invoice="", **more)
    values = {**order.ticket.model_dump(), "key": name, "closed_at": at, "closed_by": "ana" if at else ""}
    async with store._writing() as connection:
        await connection.execute(insert(tickets).values(values))


@pytest.fixture
async def running(store: SqlStore) -> SqlStore:
    """Give an account with an open invoice, i-open."""
    await store.put_account(ACCOUNT)
    await opened(store, "i-open", DUE)
    return store


async def test_mails_go_once_they_are_old_handled_and_nothing_open_is_about_them(running: SqlStore) -> None:
    await running.put_notice(notice("i-open:issue:0", YOUNG, "i-open"))
    await closed_ticket(running, "waits", None)
    await mail(running, "old")
    await mail(running, "young", YOUNG)
    await mail(running, "not-handled", outcome="")
    await mail(running, "work", ticket="waits")
    await mail(running, "of-open-case", notice="i-open:issue:0")
    assert (await purge(running).all(NOW)).removed == {"inbound_mails": 1}
    assert await rows(running, "inbound_mails") == {"young", "not-handled", "work", "of-open-case"}


async def test_the_inbox_keeps_what_waits_and_what_an_open_case_may_have_to_hear_again(running: SqlStore) -> None:
    await event(running, "old")
    await event(running, "young", YOUNG)
    await event(running, "waits", outcome="")
    await event(running, "of-open-case", invoice="i-open")
    assert (await purge(running).all(NOW)).removed == {"inbox": 1}
    assert await rows(running, "inbox") == {"young", "waits", "of-open-case"}
    assert await running.wait_again("i-open") == 1


async def test_notices_go_long_after_the_books_of_their_invoice_were_closed(running: SqlStore) -> None:
    await close(running, "i-old", OLD)
    await close(running, "i-late", YOUNG)
    await closed_ticket(running, "waits", None, notice="quoted")
    for name, at, invoice in (
        ("i-old:issue:0", OLD, "i-old"),
        ("account", OLD, ""),
        ("young", YOUNG, ""),
        ("quoted", OLD, ""),
        ("i-late:issue:0", OLD, "i-late"),
        ("i-open:issue:0", OLD, "i-open"),
    ):
        await running.put_notice(notice(name, at, invoice))
    assert (await purge(running, books=0).all(NOW)).removed == {"notices": 2}
    assert await rows(running, "notices") == {"young", "quoted", "i-late:issue:0", "i-open:issue:0"}


@pytest.mark.req("S1-08")
async def test_closed_tickets_are_kept_two_years_and_open_ones_until_they_are_closed(running: SqlStore) -> None:
    await closed_ticket(running, "over", NOW - timedelta(days=731))
    await closed_ticket(running, "kept", NOW - timedelta(days=729))
    await closed_ticket(running, "open", None)
    await running.open_ticket(ticket("t", OLD, invoice="i-open"))
    await running.close_tickets(["i-open:t"], OLD, "ana", "done")
    assert (await purge(running).all(NOW)).removed == {"tickets": 1}
    assert await rows(running, "tickets") == {"kept", "open", "i-open:t"}
    assert (await purge(running, tickets=90).all(NOW)).removed == {"tickets": 1}
    assert await rows(running, "tickets") == {"open", "i-open:t"}


async def test_what_the_breaker_saw_and_windows_and_outages_go_when_they_are_old(running: SqlStore) -> None:
    for name, at, invoice in (("old", OLD, ""), ("young", YOUNG, ""), ("of-open-case", OLD, "i-open")):
        await consequence(running, name, at, invoice)
    for name, at in (("old", OLD), ("young", YOUNG)):
        await put(running, windows, id=name, since=at, until=at, cancelled=False)
        await put(running, outages, id=name, since=at, until=at, seen=at, checks=1)
    await put(running, outages, id="goes-on", since=OLD, until=None, seen=OLD, checks=1)
    report = await purge(running).all(NOW)
    assert report.removed == {"consequences": 1, "windows": 1, "outages": 1}
    assert await rows(running, "consequences") == {"young", "of-open-case"}
    assert await rows(running, "windows") == {"young"}
    assert await rows(running, "outages") == {"young", "goes-on"}


async def with_parts(store: SqlStore, number: str) -> None:
    """Put what goes with the books of an invoice."""
    back = Reversal(id="r", payment=f"{number}-p", amount=USD, at=OLD)
    await put(store, charge_attempts, key=f"{number}:charge:1", invoice=number, amount=1, currency="USD", at=OLD)
    await put(store, taken_back, invoice=number, kind="reversal", id="r", body=back.model_dump_json())
    await put(store, reached, invoice=number, at=OLD)
    await put(store, ended_links, invoice=number, given_before=OLD)
    values = {"number": len(number), "starts": DUE, "ends": DUE, "amount": 1, "currency": "USD", "at": OLD}
    await put(store, renewals, subscription="s", invoice=number, **values)


async def test_books_go_with_all_that_hangs_on_them_and_the_number_stays_used(running: SqlStore) -> None:
    await close(running, "i-old", OLD, "i-old-p")
    await close(running, "i-younger", YOUNG, "i-younger-p")
    for number in ("i-old", "i-younger", "i-open"):
        await with_parts(running, number)
    would = await purge(running).would(NOW)
    assert (await purge(running).all(NOW)).removed == would.removed
    parts = ("charge_attempts", "taken_back", "renewals", "reached", "ended_links")
    assert would.removed == {"closed_ledgers": 1, **dict.fromkeys(parts, 1)}
    assert await running.ledger("i-old") is None
    assert await running.ledger("i-younger")
    for name in ("taken_back", "reached", "ended_links"):
        assert await rows(running, name) == {"i-younger", "i-open"}
    known = await running.invoice("i-old")
    assert (known.status, known.account) if known else None == ("closed", "a-1")
    assert (await purge(running).would(NOW)).removed == {}


async def test_books_of_an_invoice_that_is_open_again_or_still_held_for_stay(running: SqlStore) -> None:
    await close(running, "i-again", OLD)
    async with running._writing() as connection:
        await connection.execute(invoices.update().where(invoices.c.number == "i-again").values(status="open"))
    await close(running, "i-held", OLD)
    await put(running, holds, account="a-1", source="i-held", level=Level.DELETED.value, since=OLD)
    assert (await purge(running).all(NOW)).removed == {}


class Ended(Deaf):
    """As a server answers that has forgotten all cases."""

    async def died(self, invoice: str) -> str:  # noqa: ARG002 - the port's
        return FORGOTTEN


ENDED = Ended(OutageError("nobody is there"))


async def test_money_that_the_removed_books_had_never_counts_again_and_other_money_becomes_credit(
    running: SqlStore,
) -> None:
    await close(running, "i-old", OLD, "p-1")
    await running.claim("i-old", "p-webhook")
    assert (await purge(running).all(NOW)).removed == {"closed_ledgers": 1}
    late = KeepLateMoney(running, ENDED)
    known = await running.invoice("i-old")
    for payment, outcome in (("p-1", "already counted"), ("p-2", "credited")):
        claim = await running.claim("i-old", payment)
        assert (claim.place == GIVEN) is (payment == "p-1")
        assert await late.payment("i-old", Payment(id=payment, amount=USD, at=NOW), claim, known, "a-1") == outcome
    assert [each.id for each in await running.credits("a-1")] == [late_line("i-old", "p-2")]
    back = Reversal(id="cb", payment="p-1", amount=USD, at=NOW, chargeback=True)
    assert await late.reversal("i-old", back, "a-1") == "parked"
    assert {each.kind for each in await running.tickets("a-1")} == {"late-payment", "late-reversal"}


async def test_it_removes_some_at_a_time_and_goes_on_where_it_was_broken_off(running: SqlStore) -> None:
    for number in range(7):
        await event(running, f"e-{number}")
    before = NOW - timedelta(days=365)
    removed = await running.remove_expired(Kind.INBOX, before, 2)
    assert (removed.rows, removed.more) == ({"inbox": 2}, True)
    doing = asyncio.create_task(purge(running, together=1).all(NOW))
    while len(await rows(running, "inbox")) > 3:  # noqa: ASYNC110 - the store is the condition
        await asyncio.sleep(0)
    doing.cancel()
    await asyncio.gather(doing, return_exceptions=True)
    left = len(await rows(running, "inbox"))
    assert (await purge(running, together=2).all(NOW)).removed == ({"inbox": left} if left else {})
    assert await rows(running, "inbox") == set()


async def test_with_everything_kept_for_ever_nothing_is_removed(running: SqlStore) -> None:
    await event(running, "old")
    await close(running, "i-old", OLD)
    await closed_ticket(running, "over")
    forever = dict.fromkeys(map(str, Kind), 0)
    assert (await purge(running, **forever).all(NOW)).removed == {}
    assert (await purge(running, **forever).would(NOW)).removed == {}


async def test_an_account_that_nobody_erases_stays(running: SqlStore) -> None:
    await running.put_account(Account(id="a-2", name="Old"))
    await purge(running).all(NOW + timedelta(days=100_000))
    assert (await running.account("a-2")).name == "Old"
