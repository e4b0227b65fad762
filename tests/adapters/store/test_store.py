"""The store keeps what it is given: every record, in its order, once per key, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, StatementError

from adapters.store import SqlStore
from adapters.store.database.types import StoredText, UtcInstant
from adapters.store.tables import holds
from dunning.case.case import open_case
from dunning.case.fence import Fence
from dunning.case.ledger import Entry, Kind
from dunning.case.orders import CloseOrder
from dunning.case.outcomes import Ending
from dunning.case.update import changed
from dunning.holds import Hold
from dunning.level import Level
from dunning.money import Money
from dunning.ports.accounts import Accounts
from dunning.ports.consequences import Consequences
from dunning.ports.effects import Effects
from dunning.ports.fences import OvertakenError
from dunning.ports.holds import Holds
from dunning.ports.inbox import Inbox, Mailbox
from dunning.ports.invoices import Invoices
from dunning.ports.notices import DigestCopies, Notices
from dunning.ports.payments import Attempts, Consents, Credits
from dunning.ports.tickets import Tickets
from dunning.records.accounts import Account, Contact, Service
from dunning.records.books import ClosedLedger, KnownInvoice
from dunning.records.credit import Credit
from dunning.records.mail import NoticeCopy, NoticeText
from dunning.records.payments import Attempt
from dunning.tickets.ticket import TicketOrder
from tests.dunning import examples

EAST = timezone(timedelta(hours=5, minutes=45))
AT = datetime(2025, 3, 9, 12, 30, 15, 123456, tzinfo=EAST)
DAY = timedelta(days=1)
USD = Money(minor=1999, currency="USD")
LONG = "Grüße, 你好 🎉\n" * 5000

ACCOUNT = Account(
    id="a-1",
    name="Jane's Bakery",
    zone="Asia/Kathmandu",
    locale="ne_NP",
    contacts=(Contact(account="a-1", email="z@x.example"), Contact(account="a-1", email="b@x.example", rank=1)),
    services=(
        Service(id="s-9", account="a-1", user="jane", domain="x.example"),
        Service(id="s-1", account="a-1", kind="email", panel="whm", user="jane2"),
    ),
)


def hold(source: str, level: Level = Level.LOCKED, since: datetime = AT, **more: object) -> Hold:
    return Hold.model_validate({"account": "a-1", "source": source, "level": level, "since": since} | more)


def notice(id_: str, at: datetime = AT, invoice: str = "i-1", **more: object) -> NoticeCopy:
    content = NoticeText(subject="Due", text=LONG, html=f"<p>{LONG}</p>", template="whmcs/due@3")
    values = {"id": id_, "invoice": invoice, "account": "a-1", "recipient": "z@x.example", "at": at, "content": content}
    return NoticeCopy.model_validate(values | more)


def credit(id_: str, at: datetime = AT, **more: object) -> Credit:
    return Credit.model_validate({"id": id_, "account": "a-1", "amount": USD, "at": at, "reason": "excess"} | more)


def ticket(step: str, at: datetime = AT, **more: object) -> TicketOrder:
    values = {
        "invoice": "i-1",
        "account": "a-1",
        "step": step,
        "at": at,
        "kind": "sweep",
        "subject": "Look",
        "body": LONG,
    }
    return TicketOrder.model_validate(values | more)


def books(at: datetime = AT, outcome: Ending = "paid", number: int = 0) -> CloseOrder:
    entries = (
        Entry(id="i-1", kind=Kind.INVOICE, amount=USD, at=AT - DAY, note=LONG),
        Entry(id="p-1", kind=Kind.PAYMENT, amount=USD + USD, at=AT, of="x"),
    )
    case = open_case(examples.opened("hotdoodle", due=date(2024, 2, 29)), AT - DAY)
    return CloseOrder(
        case=changed(case, entries=entries),
        invoice="i-1",
        account="a-1",
        step="close",
        at=at,
        generation=1,
        number=number,
        outcome=outcome,
    )


async def opened(store: SqlStore, number: str, due: date, **more: object) -> int:
    values = {"number": number, "account": "a-1", "policy": "hotdoodle", "due": due}
    return await store.open_invoice(KnownInvoice.model_validate(values | more))


async def test_a_service_is_found_with_every_account_that_names_it(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    again = Service(id="s-9", account="a-0", user="jane")
    await store.put_account(Account(id="a-0", name="Jane again", services=(again,)))
    assert await store.owners("s-9") == ("a-0", "a-1")
    assert (await store.owners("s-1"), await store.owners("s-2")) == (("a-1",), ())


class Everything(
    Accounts,
    Attempts,
    Consents,
    Consequences,
    Credits,
    DigestCopies,
    Effects,
    Holds,
    Inbox,
    Invoices,
    Mailbox,
    Notices,
    Tickets,
    Protocol,
):
    """Every topic of the store."""


async def test_it_fits_the_ports(store: SqlStore) -> None:
    port: Everything = store  # pyright compares every signature here
    assert await port.holds("a-1") == ()


# Accounts


async def test_an_account_comes_back_whole(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    assert await store.account("a-1") == ACCOUNT


async def test_contacts_come_by_rank_then_as_they_were_put(store: SqlStore) -> None:
    ranks = {"third@x": 2, "first@x": 0, "second@x": 0}
    people = tuple(Contact(account="a-1", email=email, rank=rank) for email, rank in ranks.items())
    await store.put_account(ACCOUNT.model_copy(update={"contacts": people}))
    assert [each.email for each in (await store.account("a-1")).contacts] == ["first@x", "second@x", "third@x"]


async def test_putting_an_account_again_replaces_contacts_and_services_and_keeps_holds(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await store.place_hold(hold("abuse"))
    other = ACCOUNT.model_copy(update={"name": "New", "contacts": (), "services": ACCOUNT.services[1:]})
    await store.put_account(other)
    assert await store.account("a-1") == other
    assert [each.source for each in await store.holds("a-1")] == ["abuse"]


async def test_a_refused_account_leaves_the_old_one_whole(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    twice = ACCOUNT.model_copy(update={"name": "New", "contacts": (), "services": ACCOUNT.services[:1] * 2})
    with pytest.raises(IntegrityError):
        await store.put_account(twice)
    assert await store.account("a-1") == ACCOUNT


async def test_accounts_do_not_mix(store: SqlStore) -> None:
    other = Account(id="a-2", name="Other", services=(Service(id="s-9", account="a-2", user="o"),))
    await store.put_account(ACCOUNT)
    await store.put_account(other)
    assert await store.account("a-1") == ACCOUNT
    assert await store.account("a-2") == other


async def test_parts_of_another_account_are_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match=r"'a-2' has contacts or services of \['a-1'\]"):
        await store.put_account(ACCOUNT.model_copy(update={"id": "a-2"}))


async def test_an_unknown_account_is_named_with_what_to_do(store: SqlStore) -> None:
    with pytest.raises(LookupError, match=r"account 'a-0' is not in the store: .*starter.py start.*put the account"):
        await store.account("a-0")


# Invoices and closed books


async def test_an_invoice_is_opened_once(store: SqlStore) -> None:
    assert await opened(store, "i-1", date(2024, 2, 29)) == 1
    await store.mark_invoice(Fence("i-1", 1, 0), "void")
    assert await opened(store, "i-1", date(2025, 1, 1)) == 2, "each life has a generation of its own"
    expected = KnownInvoice(number="i-1", account="a-1", policy="hotdoodle", due=date(2024, 2, 29), status="void")
    assert await store.invoice("i-1") == expected
    assert await store.invoice("i-0") is None


async def test_marking_an_unknown_invoice_or_with_an_unknown_status_is_refused(store: SqlStore) -> None:
    with pytest.raises(LookupError, match="'i-1' is not in the store: open it before"):
        await store.mark_invoice(Fence("i-1", 1, 0), "void")
    await opened(store, "i-1", date(2025, 1, 1))
    with pytest.raises(IntegrityError):
        await store.mark_invoice(Fence("i-1", 1, 0), "clsed")


async def test_past_due_lists_open_invoices_due_before_today_oldest_first(store: SqlStore) -> None:
    today = date(2025, 3, 10)
    await store.put_account(ACCOUNT)
    for number, days in {"b": 1, "a": 1, "B": 1, "old": 400, "today": 0, "later": -1, "void": 9, "closed": 9}.items():
        await opened(store, number, today - days * DAY)
    await opened(store, "theirs", today - DAY, account="a-2")
    await store.mark_invoice(Fence("void", 1, 0), "void")
    await store.mark_invoice(Fence("closed", 1, 0), "closed")
    assert await store.past_due("a-1", today) == ("old", "B", "a", "b")
    every = [each.number for each in await store.all_invoices("a-1")]
    assert every == ["old", "closed", "void", "B", "a", "b", "today", "later"]
    await store.mark_invoice(Fence("void", 1, 0), "open")
    assert "void" in await store.past_due("a-1", today)


async def test_closing_keeps_the_books_and_the_invoice_is_past_due_no_more(store: SqlStore) -> None:
    await opened(store, "i-1", date(2024, 2, 29))
    await store.close_ledger(books())
    kept = ClosedLedger(
        invoice="i-1",
        account="a-1",
        outcome="paid",
        policy="hotdoodle",
        due=date(2024, 2, 29),
        balance=-USD,
        closed_at=AT,
        order=books(),
    )
    assert await store.ledger("i-1") == kept
    assert await store.past_due("a-1", date(2025, 1, 1)) == ()
    assert await store.ledger("i-0") is None


async def test_books_of_an_invoice_never_opened_are_kept_too(store: SqlStore) -> None:
    await store.close_ledger(books())
    invoice = await store.invoice("i-1")
    assert invoice is not None
    assert invoice.status == "closed"


async def test_books_are_those_of_the_newest_order_whatever_the_clocks_said(store: SqlStore) -> None:
    await store.close_ledger(books(AT + 30 * DAY, "paid", number=1))
    await store.close_ledger(books(AT, "waived", number=2))
    await store.mark_invoice(Fence("i-1", 1, 3), "open")
    with pytest.raises(OvertakenError):
        await store.close_ledger(books(AT + 31 * DAY, "paid", number=1))
    ledger, invoice = await store.ledger("i-1"), await store.invoice("i-1")
    assert ledger is not None
    assert invoice is not None
    assert (ledger.outcome, invoice.status) == ("waived", "open")
    await store.close_ledger(books(AT, "waived", number=4))
    assert await store.past_due("a-1", date(2025, 1, 1)) == ()


# Holds


async def test_holds_come_oldest_first_with_everything_they_say(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    placed = [
        hold("manual", Level.WARNED, AT + DAY),
        hold("i-2", Level.SUSPENDED, AT, service="sandbox:bakery:website", note=LONG),
        hold("abuse", Level.INACTIVE, AT),
        hold("i-9", Level.DELETED, AT - timedelta(microseconds=1)),
    ]
    for each in placed:
        await store.place_hold(each)
    assert await store.holds("a-1") == (placed[3], placed[2], placed[1], placed[0])
    assert await store.holds("a-2") == ()


async def test_placing_a_hold_again_changes_all_but_since(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    await store.place_hold(hold("i-1", Level.LOCKED, AT))
    again = hold("i-1", Level.SUSPENDED, AT + DAY, note="worse")
    await store.place_hold(again)
    assert await store.holds("a-1") == (again.model_copy(update={"since": hold("i-1").since}),)


async def test_an_account_may_have_a_hold_of_one_source_on_each_service_and_one_on_all(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    placed = [hold("abuse", service=each) for each in ("", "s-1", "s-2")]
    for each in placed:
        await store.place_hold(each)
    assert await store.holds("a-1") == tuple(placed)
    assert await store.replace_holds("a-1", placed, placed[:1] + placed[2:])
    assert await store.holds("a-1") == (placed[0], placed[2])


async def test_a_hold_on_an_unknown_account_is_refused(store: SqlStore) -> None:
    with pytest.raises(LookupError, match="'a-1' is not in the store"):
        await store.place_hold(hold("abuse"))
    with pytest.raises(LookupError, match="'a-1' is not in the store"):
        await store.replace_holds("a-1", (), (hold("abuse"),))


async def test_replacing_holds_asks_that_they_are_still_what_they_were(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    first, second = hold("i-1", service="s-1"), hold("i-2", since=AT + DAY)
    for each in (first, second):
        await opened(store, each.source, AT.date())
    assert await store.replace_holds("a-1", (), (first, second))
    for stale in [(), (first,), (first, second, hold("abuse")), (first, hold("i-2", Level.WARNED, AT + DAY))]:
        assert not await store.replace_holds("a-1", stale, ())
        assert await store.holds("a-1") == (first, second)
    for each in (first, second):
        await store.mark_invoice(Fence(each.source, 1, 0), "paid")
    assert await store.replace_holds("a-1", (second, first), (second,))
    assert await store.holds("a-1") == (second,)
    assert await store.replace_holds("a-1", (second,), ())
    assert await store.holds("a-1") == ()


async def test_holds_of_another_account_cannot_be_swapped_in(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    with pytest.raises(ValueError, match=r"holds of \['a-2'\] cannot replace those of account 'a-1'"):
        await store.replace_holds("a-1", (), (hold("abuse", account="a-2"),))


async def test_the_database_itself_knows_no_hold_without_an_account(store: SqlStore) -> None:
    with pytest.raises(IntegrityError):
        async with store._writing() as connection:
            await connection.execute(insert(holds).values(hold("abuse").model_dump()))


# Notices and tickets


async def test_notices_are_archived_and_their_answer_is_added(store: SqlStore) -> None:
    await store.put_notice(notice("n-1"))
    assert await store.notice("n-1") == notice("n-1")
    answered = notice("n-1", status="delivered", detail="250 queued as 7")
    await store.put_notice(answered)
    assert await store.notices("i-1") == (answered,)
    assert await store.notice("n-0") is None


async def test_notices_of_an_invoice_come_oldest_first(store: SqlStore) -> None:
    for id_, at, invoice in [("c", AT, "i-1"), ("b", AT, "i-1"), ("z", AT - DAY, "i-1"), ("a", AT, "i-2")]:
        await store.put_notice(notice(id_, at, invoice))
    assert [each.id for each in await store.notices("i-1")] == ["z", "b", "c"]


async def test_a_ticket_is_opened_once(store: SqlStore) -> None:
    assert await store.open_ticket(ticket("late", credit_id="p-1", credit=USD))
    assert not await store.open_ticket(ticket("late", subject="Look again"))
    assert await store.open_ticket(ticket("early", AT - DAY, kind="drift"))
    assert await store.open_ticket(ticket("theirs", account="a-2"))
    early, late = await store.tickets("a-1")
    assert (early.key, early.department, early.at) == ("i-1:early", "Support", AT - DAY)
    assert late.model_dump() == {
        "key": "i-1:late",
        "kind": "sweep",
        "account": "a-1",
        "invoice": "i-1",
        "department": "Billing",
        "subject": "Look",
        "body": LONG,
        "at": AT,
        "notice": "",
        "closed_at": None,
        "closed_by": "",
        "closed_reason": "",
    }


async def test_a_ticket_is_closed_once_and_stays_closed(store: SqlStore) -> None:
    for step in ("one", "two", "three"):
        await store.open_ticket(ticket(step))
    assert await store.close_tickets(["i-1:two", "i-1:one"], AT + DAY, "Ann", "done") == ("i-1:one", "i-1:two")
    assert await store.close_tickets(["i-1:one", "i-1:three"], AT + 2 * DAY, "Ben", "too") == ("i-1:three",)
    assert not await store.open_ticket(ticket("one")), "the same matter"
    found = {each.key: (each.closed_at, each.closed_by, each.closed_reason) for each in await store.tickets("a-1")}
    assert found == {
        "i-1:one": (AT + DAY, "Ann", "done"),
        "i-1:two": (AT + DAY, "Ann", "done"),
        "i-1:three": (AT + 2 * DAY, "Ben", "too"),
    }


# Money


async def test_an_attempt_is_written_before_the_call_and_completed_after(store: SqlStore) -> None:
    before = Attempt(key="i-1:charge:1", invoice="i-1", account="a-1", amount=USD, at=AT)
    await store.put_attempt(before)
    assert await store.attempt("i-1:charge:1") == before
    after = before.model_copy(update={"outcome": "charged", "payment": "p-1", "detail": LONG})
    await store.put_attempt(after)
    assert await store.attempt("i-1:charge:1") == after
    assert await store.attempt("i-1:charge:2") is None


async def test_a_payment_is_credited_once(store: SqlStore) -> None:
    assert await store.add_credit(credit("p-1"))
    assert not await store.add_credit(credit("p-1", AT + DAY, reason="again"))
    assert await store.credits("a-1") == (credit("p-1"),)


async def test_credits_come_oldest_first_and_only_the_accounts(store: SqlStore) -> None:
    for id_, at in {"p-3": AT, "p-2": AT, "p-9": AT - DAY}.items():
        await store.add_credit(credit(id_, at))
    await store.add_credit(credit("p-4", account="a-2"))
    assert [each.id for each in await store.credits("a-1")] == ["p-9", "p-2", "p-3"]


@pytest.mark.parametrize("amount", [Money(minor=2**63 - 1, currency="VND"), Money(minor=-(2**63), currency="KWD")])
async def test_amounts_are_exact_to_the_last_unit(store: SqlStore, amount: Money) -> None:
    await store.add_credit(credit("p-1", amount=amount))
    assert [each.amount for each in await store.credits("a-1")] == [amount]


# Instants and words


@pytest.mark.parametrize("zone", [UTC, EAST, timezone(timedelta(hours=-9, minutes=-30))])
async def test_an_instant_comes_back_as_the_same_instant_in_utc(store: SqlStore, zone: timezone) -> None:
    # Built without validation: whatever reaches the store, it is the store that keeps the offset.
    await store.add_credit(credit("p-1").model_copy(update={"at": AT.astimezone(zone)}))
    (kept,) = await store.credits("a-1")
    assert kept.at == AT
    assert kept.at.utcoffset() == timedelta(0)


async def test_an_instant_without_a_zone_is_refused(store: SqlStore) -> None:
    with pytest.raises(StatementError, match="has no time zone") as caught:
        await store.add_credit(credit("p-1").model_copy(update={"at": AT.replace(tzinfo=None)}))
    assert isinstance(caught.value.orig, ValueError)
    assert await store.credits("a-1") == ()


async def test_characters_that_databases_refuse_are_made_visible(store: SqlStore) -> None:
    assert await store.add_credit(credit("p\0", reason="half \ud83d, nul \0"))
    assert not await store.add_credit(credit("p\0"))
    (kept,) = await store.credits("a-1")
    assert kept.reason == "half \\ud83d, nul ␀"


_zones = st.sampled_from([UTC, EAST, timezone(-5 * timedelta(hours=1))])
_instants = st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30), timezones=_zones)
_close = st.datetimes(min_value=datetime(2024, 2, 29), max_value=datetime(2024, 2, 29, 12), timezones=_zones)


@given(_instants | _close, _instants | _close)
def test_instants_kept_as_text_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    column, dialect = UtcInstant(), sqlite.dialect()
    first, second = column.process_bind_param(one, dialect), column.process_bind_param(other, dialect)
    assert isinstance(first, str)
    assert isinstance(second, str)
    assert (first < second) == (one < other)
    assert column.process_result_value(first, dialect) == one


@given(st.text())
def test_ordinary_words_are_left_alone(text: str) -> None:
    kept = StoredText().process_bind_param(text, postgresql.dialect())
    assert kept == text.replace("\0", "␀")
    assert StoredText().process_bind_param(None, postgresql.dialect()) is None
