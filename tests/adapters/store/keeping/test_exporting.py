"""An export has all that is a customer's, of every table, and nothing of anybody else."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.store import SqlStore
from adapters.store.keeping.owned import OWNED
from adapters.store.tables import metadata
from dunning.audit.wanted import words_of
from dunning.audit.words import Words
from dunning.case.case import Case
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, AccountChange, Contact
from dunning.records.books import KnownInvoice
from dunning.records.inbox import InboxEvent
from dunning.records.mail import InboundMail
from dunning.records.merging import merge_of
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from operations.accounts.export import ExportAccount
from operations.audit.log import AuditLog
from operations.errors import MergedAccountError, NoSuchAccountError, RefusedError
from tests.adapters.store.keeping.life import AT, NOBODYS, Life, put

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ANNA, BORIS = Life("a", "geheim-anna"), Life("b", "geheim-boris")


async def no_case(invoice: str) -> Case | None:
    raise OutageError(f"nobody answers for {invoice}")


def export(store: SqlStore) -> ExportAccount:
    return ExportAccount(store, no_case, AuditLog(store, lambda: NOW), lambda: NOW)


async def document(store: SqlStore, account: str) -> dict[str, Any]:
    return json.loads(json.dumps(await export(store).of(account, "ana")))


def test_every_table_says_whose_its_rows_are() -> None:
    assert {table.name for table in OWNED} == metadata.tables.keys()


async def test_it_has_a_row_of_every_table_and_nothing_of_another_customer(store: SqlStore) -> None:
    await put(store, ANNA, BORIS)
    found = await document(store, ANNA.account)
    kept = found["kept"]
    assert kept.keys() == metadata.tables.keys() - {*NOBODYS}
    for name, table in kept.items():
        assert len(table["rows"]) == (0 if name == "open_cases" else 1), name
    text = json.dumps(found)
    for other in (BORIS.secret, BORIS.account, BORIS.invoice):
        assert other not in text
    assert text.count(ANNA.secret) > len(kept)
    assert (found["format"], found["version"], found["account"]) == ("reprieve-account", 1, ANNA.account)


async def test_a_person_can_read_it(store: SqlStore) -> None:
    await put(store, ANNA)
    kept = (await document(store, ANNA.account))["kept"]
    books = kept["closed_ledgers"]["rows"][0]
    assert books["order"]["case"]["entries"][1]["id"] == "pi_a"
    assert (books["balance"], books["closed_at"]) == ("USD 0.01", "2026-06-01T12:00:00+00:00")
    assert "currency" not in books
    assert kept["inbound_mails"]["rows"][0]["raw"].endswith("I am geheim-anna\n")


async def test_of_a_ticket_about_many_it_has_the_lines_about_this_one(store: SqlStore) -> None:
    await put(store, ANNA, BORIS)
    body = "\n".join(["Stopped:", *(f"- invoice {each.invoice}, account {each.account}" for each in (ANNA, BORIS))])
    order = TicketOrder(
        invoice="", account="", step="breaker", at=AT, kind=TicketKind.BREAKER_STOPPED, subject="Stopped", body=body
    )
    await store.open_ticket(order)
    found = await document(store, ANNA.account)
    (part,) = found["lines_of_tickets_about_many"]
    assert part["lines"] == ["- invoice INV-a, account acct-a"]
    assert BORIS.account not in json.dumps(found)


@pytest.mark.parametrize("name", ["invoice", "account", "INV", "hosting.example", "USD 19.99"])
async def test_whoever_calls_themselves_like_any_line_reads_no_lines_of_others(store: SqlStore, name: str) -> None:
    await put(store, ANNA, BORIS)
    await store.put_account((await store.account(ANNA.account)).model_copy(update={"name": name}))
    lines = [
        f"- invoice {each.invoice}, account {each.account}: USD 19.99, at hosting.example" for each in (ANNA, BORIS)
    ]
    order = TicketOrder(
        invoice="",
        account="",
        step="sweep",
        at=AT,
        kind=TicketKind.BREAKER_STOPPED,
        subject=name,
        body="\n".join(lines),
    )
    await store.open_ticket(order)
    (part,) = (await document(store, ANNA.account))["lines_of_tickets_about_many"]
    assert part["lines"] == [lines[0]]


async def test_an_address_or_payer_of_two_customers_tells_nobody_apart(store: SqlStore) -> None:
    await put(store, ANNA, BORIS)
    agency = "agency@web.example"
    for each in (ANNA, BORIS):
        account = await store.account(each.account)
        contact = Contact(account=each.account, email=agency)
        await store.put_account(
            account.model_copy(update={"payer": "cus_agency", "contacts": (*account.contacts, contact)})
        )
    mails = [
        InboundMail(id="<nobodys>", sender=agency, recipient="", at=AT, raw=b"about Boris"),
        InboundMail(id="<boris>", sender=agency, recipient="", at=AT, raw=b"about Boris", notice=BORIS.notice),
        InboundMail(id="<anna>", sender=agency, recipient="", at=AT, raw=b"about Anna", notice=ANNA.notice),
        InboundMail(
            id="<from-anna-about-boris>",
            sender=ANNA.email,
            recipient="",
            at=AT,
            raw=b"about Boris",
            notice=BORIS.notice,
        ),
    ]
    await store.receive_mails(mails)
    events = [
        InboxEvent(source="s", id="payer", body="about Boris", at=AT, payer="cus_agency"),
        InboxEvent(source="s", id="boris", body="about Boris", at=AT, payer=ANNA.payer, invoice=BORIS.invoice),
        InboxEvent(source="s", id="anna", body="about Anna", at=AT, payer="cus_agency", account=ANNA.account),
    ]
    await store.receive(events)
    kept = (await document(store, ANNA.account))["kept"]
    assert {row["id"] for row in kept["inbound_mails"]["rows"]} == {"<anna>", f"<{ANNA.secret}@mail>"}
    assert {row["id"] for row in kept["inbox"]["rows"]} == {"anna", "evt_a"}


async def test_two_accounts_that_became_one_are_one_export(store: SqlStore) -> None:
    await put(store, ANNA, BORIS)
    merge = merge_of(await store.account(BORIS.account), await store.account(ANNA.account))
    change = AccountChange(account=ANNA.account, at=AT, by="ana", reason="twice", what=("merged",))
    assert await store.merge_accounts(merge, change)
    found = await document(store, ANNA.account)
    assert found["ids"] == [ANNA.account, BORIS.account]
    assert {row["id"] for row in found["kept"]["notices"]["rows"]} == {ANNA.notice, BORIS.notice}
    with pytest.raises(MergedAccountError):
        await export(store).of(BORIS.account, "ana")
    with pytest.raises(NoSuchAccountError):
        await export(store).of("nobody", "ana")


async def test_a_running_case_that_does_not_answer_is_told_as_it_was_last_seen(store: SqlStore) -> None:
    await store.put_account(Account(id="r", name="Runs"))
    await store.open_invoice(KnownInvoice(number="INV-r", account="r", policy="p", due=AT.date()))
    found = await document(store, "r")
    assert found["running_cases"] == [{"invoice": "INV-r", "how": "last seen", "case": None}]


async def test_the_audit_log_has_who_wanted_it_and_the_file_what_it_says_of_the_customer(store: SqlStore) -> None:
    await put(store, ANNA)
    audit = AuditLog(store, lambda: NOW)
    typed = f"account merge {BORIS.account} {ANNA.account} --by ana"
    await audit.write(Words(what="account merge", by="ana", about=(BORIS.account, ANNA.account), typed=typed))
    await audit.write(Words(what="approve", by="bob", about=(ANNA.invoice,), reason="gone"))
    await audit.write(Words(what="approve", by="bob", about=(BORIS.invoice,)))
    found = await document(store, ANNA.account)
    assert [(each["what"], each["by"]) for each in found["audit"]] == [
        ("account merge", "ana"),
        ("approve", "bob"),
        ("account export", "ana"),
    ]
    assert BORIS.account not in json.dumps(found)
    said = [words async for entry in store.entries() if (words := words_of(entry)) and words.what == "account export"]
    assert [(each.kind, each.by, each.about, each.outcome) for each in said] == [
        ("asked", "ana", (ANNA.account,), ""),
        ("outcome", "ana", (ANNA.account,), "done"),
    ]
    with pytest.raises(RefusedError, match="by: it must not be empty"):
        await export(store).of(ANNA.account, " ")
