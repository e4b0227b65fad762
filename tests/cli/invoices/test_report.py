"""`report ageing` on both kinds of output, from rows as the store has them."""

from datetime import date, timedelta
from typing import Any

from adapters.store import SqlStore
from cli.shell.options import now
from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from tests.adapters.test_store_open_cases import noted, row
from tests.cli.command import Operate
from tests.cli.decisions.test_decisions import closed_books


async def test_open_balances_stand_in_the_column_of_their_days(store: SqlStore, offline: Operate) -> None:
    today = now().date()
    for number, days, state, minor in (
        ("INV-1", -5, "open", 1999),
        ("INV-2", 45, "open", 500),
        ("INV-3", 45, "lapsed", 700),
        ("INV-4", 45, "paid", -3),
    ):
        balance = Money(minor=minor, currency="USD")
        case: dict[str, Any] = {
            "account": "a-1",
            "due": today - timedelta(days=days),
            "state": state,
            "balance": balance,
        }
        await noted(store, row(number, **case, coming_at=None, snapshot=""))
    said = await offline("report", "ageing")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "account,customer,currency,invoices,not due,1-30,31-60,61-90,90+,total",
        "a-1,Jane's Bakery,USD,2,19.99,0.00,5.00,0.00,0.00,24.99",
    ]
    (told,) = (await offline("report", "ageing", "--json")).json
    assert (told["amounts"]["31-60"], told["total"], told["invoices"]) == (500, 2499, 2)


async def test_a_customer_is_called_as_the_account_is_now(store: SqlStore, offline: Operate) -> None:
    await store.put_account(Account(id="a-1", name="Baker & Sons"))
    await noted(store, row("INV-1", account="a-1", state="open", coming_at=None, snapshot=""))
    (told,) = (await offline("report", "ageing", "--json")).json
    assert told["customer"] == "Baker & Sons"


async def test_nothing_owed_is_an_empty_table(store: SqlStore, offline: Operate) -> None:
    assert await store.open_case("INV-1") is None
    assert (await offline("report", "ageing", "--json")).json == []
    assert len((await offline("report", "ageing")).out.splitlines()) == 1


async def test_what_was_due_in_a_month_is_told_by_what_became_of_it(store: SqlStore, offline: Operate) -> None:
    books = closed_books("INV-5")  # due on 2026-01-01, paid before
    await store.open_invoice(KnownInvoice(number="INV-5", account="old", policy="hotdoodle", due=date(2026, 1, 1)))
    await store.close_ledger(books)
    owed = Money(minor=700, currency="USD")
    more: dict[str, Any] = {"due": date(2026, 1, 20), "state": "open", "balance": owed}
    await noted(store, row("INV-6", account="a-1", **more, coming_at=None, snapshot=""))
    said = await offline("report", "recovered", "--since", "2026-01-01", "--until", "2026-02-01")
    assert (said.status, said.err) == (0, "")
    paid = books.case.invoice.amount.decimal()
    assert said.out.splitlines() == [
        "month,currency,invoices,on time,reminded,locked,suspended,inactive,given up,lost,open,total",
        f"2026-01,USD,2,{paid},0.00,0.00,0.00,0.00,0.00,0.00,7.00,{paid + 7}",
    ]
    assert (await offline("report", "recovered", "--since", "2026-01-02", "--json")).json[0]["amounts"]["open"] == 700
    wrong = await offline("report", "recovered", "--since", "2026-02-01", "--until", "2026-01-01")
    assert (wrong.status, "until: 2026-01-01 is before 2026-02-01" in wrong.err) == (2, True)
