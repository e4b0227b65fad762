"""After an erasure no search over any text of the store finds the customer, and the money is all there."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, LargeBinary, Text, cast, delete, select

from adapters.store import SqlStore
from adapters.store.database.types import StoredText
from adapters.store.keeping.texts import CHANGED, REMOVED
from adapters.store.tables import metadata
from dunning.audit.wanted import words_of
from dunning.audit.words import Words
from dunning.case.case import Opened
from dunning.case.facts import Payment, Reversal
from dunning.case.ledger import Kind
from dunning.case.snapshot import unpacked
from dunning.holds import Hold
from dunning.level import Level
from dunning.money import Money
from dunning.ports.cases import FORGOTTEN, Signal
from dunning.ports.outages import OutageError
from dunning.records.accounts import AccountChange
from dunning.records.books import KnownInvoice
from dunning.records.credit import Credit
from dunning.records.inbox import InboxEvent
from dunning.records.mail import InboundMail
from dunning.records.merging import merge_of
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from operations.accounts.erase import EraseAccount
from operations.audit.log import AuditLog
from operations.audit.look import LookAtAudit
from operations.errors import RefusedError
from operations.money.late_money import KeepLateMoney
from tests.adapters.store.keeping.life import AT, DUE, NOBODYS, USD, Life, put
from tests.operations.deaf import Deaf

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
ANNA, BORIS = Life("a", "geheim-anna"), Life("b", "geheim-boris")
WHO = ("ana", "letter 4711")


def eraser(store: SqlStore, now: datetime = NOW) -> EraseAccount:
    return EraseAccount(store, AuditLog(store, lambda: now), lambda: now)


async def found(store: SqlStore, words: str) -> set[str]:
    """Give each column of each table in which a LIKE search finds the words."""
    hits = set[str]()
    for table in metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, LargeBinary):
                rows = await store._rows(select(column))
                hits |= {f"{table.name}.{column.name}" for row in rows if words.encode() in row[column.name]}
            elif isinstance(column.type, StoredText | JSON):
                its = select(column).where(cast(column, Text).ilike(f"%{words}%"))
                hits |= {f"{table.name}.{column.name}"} if await store._rows(its) else set()
    return hits


async def rows(store: SqlStore, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await store._rows(select(metadata.tables[name]))]


async def everything(store: SqlStore) -> dict[str, list[dict[str, Any]]]:
    """Give all rows, the audit log's aside: it grows with each try."""
    return {name: await rows(store, name) for name in metadata.tables if name != "audit"}


async def counts(store: SqlStore) -> dict[str, int]:
    return {name: len(found) for name, found in (await everything(store)).items()}


@pytest.fixture
async def both(store: SqlStore) -> SqlStore:
    """Give two customers whose lives are over, with a row of each in every table; their last tickets are closed."""
    await put(store, ANNA, BORIS)
    await store.close_tickets([ANNA.ticket, BORIS.ticket], AT, "ana", "done")
    return store


def test_each_text_of_each_table_is_decided_about() -> None:
    tables = {table.name for table in (*CHANGED, *REMOVED)}
    assert tables == metadata.tables.keys() - {*NOBODYS}
    for table, rules in CHANGED.items():
        kinds = StoredText | JSON | LargeBinary
        texts = {column.name for column in table.c if isinstance(column.type, kinds) or column.name == "currency"}
        assert rules.keys() == texts, table.name


async def test_no_search_finds_the_customer_and_the_other_one_is_untouched(both: SqlStore) -> None:
    tables = {name.partition(".")[0] for name in await found(both, ANNA.secret)}
    quiet = {
        "open_cases",
        "carried",
        "counted",
        "ended_links",
        "reached",
        "renewals",
        "put_off",
        "processor_sales",
        *NOBODYS,
    }
    assert tables == metadata.tables.keys() - quiet, "the search finds what there is"
    others, before = await found(both, BORIS.secret), await counts(both)
    plan = await eraser(both).erase(ANNA.account, *WHO)
    assert await found(both, ANNA.secret) == set()
    assert await found(both, ANNA.email) == set()
    assert await found(both, BORIS.secret) == others
    gone = {name: before[name] - rest for name, rest in (await counts(both)).items() if before[name] != rest}
    assert gone == {**{table.name: 1 for table in REMOVED if table.name != "open_cases"}, "account_changes": -1}
    assert plan.would.elsewhere == ()


async def test_what_tax_law_needs_stays(both: SqlStore) -> None:
    before = await both.ledger(ANNA.invoice)
    await eraser(both).erase(ANNA.account, *WHO)
    after, known = await both.ledger(ANNA.invoice), await both.invoice(ANNA.invoice)
    assert before
    assert after
    assert known
    assert (known.account, known.status, known.due) == (ANNA.account, "closed", DUE)
    told = [(each.id, each.kind, each.amount, each.at) for each in before.order.entries]
    assert [(each.id, each.kind, each.amount, each.at) for each in after.order.entries] == told
    assert (after.balance, after.closed_at, after.due) == (before.balance, before.closed_at, before.due)
    assert unpacked(before.order.snapshot).invoice.customer == "Ms geheim-anna"
    assert after.order.snapshot == ""
    (notice,) = await both.notices(ANNA.invoice)
    assert (notice.at, notice.status, notice.content.template, notice.content.text) == (
        AT,
        "delivered",
        "issue@1",
        "erased",
    )
    assert notice.announced
    assert notice.announced.steps[0].step == "lock"
    renewals = await both.renewals(f"S-{ANNA.tag}")
    assert [(each.invoice, each.amount.minor) for each in renewals] == [(ANNA.invoice, 1)]


async def test_a_marker_says_when_and_by_whom_and_a_second_time_only_what_came_since_goes(both: SqlStore) -> None:
    await eraser(both).erase(ANNA.account, *WHO)
    account = await both.account(ANNA.account)
    assert (account.erased_at, account.erased_by, account.name) == (NOW, "ana", "erased")
    changes = await both.account_changes(ANNA.account)
    assert [(each.by, each.reason, each.what) for each in changes] == [
        ("told by erased", "erased", ("erased",)),
        ("ana", "letter 4711", ("erased",)),
    ]
    later = NOW + timedelta(days=1)
    again = await eraser(both, later).erase(ANNA.account, "bob", "again")
    assert (again.would.rows, again.account.erased_at) == ({}, NOW)
    assert len(await both.account_changes(ANNA.account)) == 2
    await both.put_account(account.model_copy(update={"name": "Anna is back"}))
    third = await eraser(both, later).erase(ANNA.account, "bob", "letter 4712")
    assert (third.would.rows, third.account.erased_at, third.account.erased_by) == ({"accounts": 1}, later, "bob")


async def test_a_dry_run_says_just_what_would_be_done_and_does_nothing(both: SqlStore) -> None:
    before = await everything(both)
    plan = await eraser(both).look(ANNA.account)
    assert await everything(both) == before
    assert plan.obstacles == ()
    assert (await eraser(both).erase(ANNA.account, *WHO)).would == plan.would


async def test_who_dies_in_the_middle_has_done_nothing_and_types_it_again(
    both: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.store.keeping import erasing  # noqa: PLC0415

    note, before = erasing.note_change, await everything(both)

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(erasing, "note_change", dies)
    with pytest.raises(asyncio.CancelledError):
        await eraser(both).erase(ANNA.account, *WHO)
    assert await everything(both) == before
    monkeypatch.setattr(erasing, "note_change", note)
    await eraser(both).erase(ANNA.account, *WHO)
    assert await found(both, ANNA.secret) == set()


async def test_two_accounts_that_became_one_are_erased_together(both: SqlStore) -> None:
    merge = merge_of(await both.account(BORIS.account), await both.account(ANNA.account))
    change = AccountChange(account=ANNA.account, at=AT, by="ana", reason="twice", what=("merged",))
    assert await both.merge_accounts(merge, change)
    await eraser(both).erase(ANNA.account, *WHO)
    assert await found(both, "geheim") == set()


async def test_webhooks_that_name_nobody_and_tickets_about_many_are_cleaned_and_others_tickets_are_told(
    both: SqlStore,
) -> None:
    its = InboxEvent(source="paypal", id="names-nobody", body=f'{{"payer": "{ANNA.email}"}}', at=AT)
    other = its.model_copy(update={"id": "of-another", "body": "{}"})
    await both.receive([its, other])
    for each in (its, other):
        await both.handled(each, "applied")
    lines = f"- {ANNA.service} drifted\n- {BORIS.service} drifted"
    many = TicketOrder(invoice="", account="", step="drift", at=AT, kind=TicketKind.DRIFT, subject="Found", body=lines)
    await both.open_ticket(many)
    elsewhere = many.model_copy(update={"account": BORIS.account, "step": "x", "body": f"as for {ANNA.email}"})
    await both.open_ticket(elsewhere)
    plan = await eraser(both).erase(ANNA.account, *WHO)
    assert plan.would.elsewhere == (elsewhere.key,)
    ticket, event = await both.ticket(many.key), await both.event("paypal", "names-nobody")
    assert ticket
    assert event
    assert ticket.body == f"- erased drifted\n- {BORIS.service} drifted"
    assert (event.body, event.outcome) == ("", "applied")
    assert await found(both, ANNA.secret) == {"tickets.body"}


async def test_what_still_goes_on_is_said_with_what_to_do(both: SqlStore) -> None:
    await both.open_invoice(KnownInvoice(number="INV-9", account=ANNA.account, policy="p", due=DUE))
    ticket = TicketOrder(
        invoice="", account=ANNA.account, step="t", at=AT, kind=TicketKind.LATE_PAYMENT, subject="money", body="money"
    )
    await both.open_ticket(ticket)
    await both.open_ticket(ticket.model_copy(update={"kind": TicketKind.CUSTOMER_MAIL, "step": "m"}))
    await both.add_credit(Credit(id="c", account=ANNA.account, amount=Money.parse("USD 5"), at=AT, reason="x"))
    goes_on = ANNA.subscription().model_copy(update={"id": "S-on", "ended": ""})
    await both.begin_subscription(goes_on, None, None)
    linked = ANNA.linked()
    pays = linked.terms.model_copy(update={"status": "active"})
    await both.put_processor_subscription(linked.model_copy(update={"id": "I-on", "terms": pays}))
    await both.place_hold(
        Hold(account=ANNA.account, source="abuse", level=Level.SUSPENDED, since=AT, by="ana", note="x")
    )
    await both.receive([InboxEvent(source="stripe", id="evt_waits", body="", at=AT, payer=ANNA.payer)])
    await both.receive_mails([InboundMail(id="<waits>", sender=ANNA.email, recipient="", at=AT, raw=b"")])
    plan = await eraser(both).look(ANNA.account)
    for line, words in zip(
        plan.obstacles,
        (
            "INV-9 is open", f"starter.py tickets close {ticket.key}", "USD 5.00 of its credit", "<waits> waits",
            "evt_waits waits", "cancel S-on --now", "processor-subscription remove I-on", "--kind abuse",
        ),
        strict=True,
    ):  # fmt: skip
        assert words in line
    with pytest.raises(RefusedError, match="it is not erased, because\nINV-9 is open"):
        await eraser(both).erase(ANNA.account, *WHO)
    assert (await both.account(ANNA.account)).name != "erased"


async def test_an_invoice_that_is_opened_meanwhile_keeps_it_from_being_erased(both: SqlStore) -> None:
    account = await both.account(ANNA.account)
    await both.open_invoice(KnownInvoice(number="INV-9", account=ANNA.account, policy="p", due=DUE))
    change = AccountChange(account=ANNA.account, at=NOW, by="ana", reason="x", what=("erased",))
    assert await both.erase_account(account, change) is None
    assert (await both.account(ANNA.account)) == account


async def test_what_came_since_somebody_looked_is_not_lost(both: SqlStore) -> None:
    """Between the look and the erasing another process may keep a webhook, or open a ticket about money."""
    account = await both.account(ANNA.account)
    event = InboxEvent(source="stripe", id="evt_new", body="a payment", at=AT, payer=ANNA.payer)
    await both.receive([event])
    await both.receive_mails([InboundMail(id="<new>", sender=ANNA.email, recipient="", at=AT, raw=b"new")])
    money = TicketOrder(
        invoice="", account=ANNA.account, step="new", at=AT, kind=TicketKind.LATE_PAYMENT, subject="money", body="money"
    )
    await both.open_ticket(money)
    hold = Hold(account=ANNA.account, source="abuse", level=Level.SUSPENDED, since=AT, by="ana", note="x")
    await both.place_hold(hold)
    change = AccountChange(account=ANNA.account, at=NOW, by="ana", reason="x", what=("erased",))
    assert await both.erase_account(account, change)
    assert await both.event("stripe", "evt_new") == event
    mail, ticket = await both.inbound_mail("<new>"), await both.ticket(money.key)
    assert mail
    assert mail.raw == b"new"
    assert ticket == money.ticket
    assert [each.source for each in await both.holds(ANNA.account)] == ["abuse"]


async def test_a_reason_that_names_the_customer_is_refused(both: SqlStore) -> None:
    with pytest.raises(RefusedError, match="it names the customer, and would keep that"):
        await eraser(both).erase(ANNA.account, "ana", f"asked by {ANNA.email}")


class Woken(Deaf):
    """Notes the case that is woken."""

    def __init__(self) -> None:
        super().__init__(OutageError("nobody is there"))
        self.woken: list[tuple[Opened, Signal]] = []

    async def died(self, invoice: str) -> str:  # noqa: ARG002 - the port's
        return FORGOTTEN

    async def wake(self, opened: Opened, signal: Signal) -> None:
        self.woken.append((opened, signal))


async def test_a_chargeback_afterwards_wakes_the_case_with_its_numbers_and_without_words(both: SqlStore) -> None:
    await eraser(both).erase(ANNA.account, *WHO)
    cases = Woken()
    late = KeepLateMoney(both, cases)
    back = Reversal(id="cb", payment="pi_a", amount=USD, at=NOW, chargeback=True)
    assert await late.reversal(ANNA.invoice, back, ANNA.account) == "reopened"
    ((opened, fact),) = cases.woken
    assert fact == back
    assert (opened.invoice.number, opened.invoice.account, opened.invoice.customer) == (
        ANNA.invoice,
        ANNA.account,
        "erased",
    )
    assert opened.case
    assert [each.kind for each in opened.case.entries] == [Kind.INVOICE, Kind.PAYMENT]
    assert ANNA.secret not in opened.model_dump_json()


async def test_money_afterwards_is_credit_of_the_account_and_its_name_is_not_made_up(both: SqlStore) -> None:
    await eraser(both).erase(ANNA.account, *WHO)
    known = await both.invoice(ANNA.invoice)
    late = KeepLateMoney(both, Woken())
    claim = await both.claim(ANNA.invoice, "pi_late")
    payment = Payment(id="pi_late", amount=USD, at=NOW)
    assert await late.payment(ANNA.invoice, payment, claim, known, "") in ("credited", "refunded")


async def test_the_audit_log_says_who_erased_it_and_its_words_about_the_customer_are_gone_and_it_is_whole(
    both: SqlStore,
) -> None:
    async with both._writing() as connection:
        await connection.execute(delete(metadata.tables["audit"]))  # no chain: one row that is nobody's
    audit = AuditLog(both, lambda: AT)
    await audit.write(Words(what="account set", by="ana", typed=f"account set {ANNA.account} --name 'Ms geheim-anna'"))
    await audit.write(Words(what="approve", by="bob", about=(ANNA.invoice,), reason="she is gone"))
    await audit.write(Words(what="find", by="bob", typed=f"find {ANNA.email}"))
    await audit.write(Words(what="find", by="bob", typed=f"find {BORIS.email}"))
    await eraser(both).erase(ANNA.account, *WHO)
    entries = [entry async for entry in both.entries()]
    assert [entry.number for entry in entries if entry.erased] == [1, 2, 3]
    said = [words for entry in entries if (words := words_of(entry)) and words.what == "account erase"]
    assert [(each.kind, each.by, each.reason, each.numbers, each.outcome) for each in said] == [
        ("asked", "ana", "letter 4711", "", ""),
        ("erased", "ana", "letter 4711", "1-3", ""),
        ("outcome", "ana", "", "", "done"),
    ]
    assert await found(both, ANNA.secret) == set()
    assert (await LookAtAudit(both).verify()).wrong == 0
