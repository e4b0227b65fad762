"""Mail that comes in: kept before it is answered, a notice that came back moves on, and what people write is heard."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

import aiosmtplib
import pytest

from adapters.store import SqlStore
from dunning.case.facts import Bounced
from dunning.ports.outages import OutageError, StoreOutageError
from dunning.records.mail import InboundMail
from dunning.tickets.ticket import TicketOrder
from portal.mail.handle import SETTLING
from tests.dunning.reports import ID, QMAIL, customer_mail, postfix
from tests.portal.bills import case_of
from tests.portal.pages.test_pay import text_of
from tests.portal.post import (
    BOUNCES,
    ENVELOPES,
    ITS_OWN,
    MOST_BYTES,
    NO_REPLY,
    NOTICE,
    OWNER,
    SECOND,
    START,
    Post,
    furnish,
    notice,
    post,
)
from tests.portal.world import Portal, until

REPORT = "<20261125100000.9D2A3C0042@mx.hosting.example>"
MAIL = "<q1@bakery.example>"


@pytest.fixture
async def desk(url: str) -> AsyncGenerator[Post]:
    async with post(url) as made:
        await furnish(made.store)
        yield made


# The door


async def refusal(desk: Post, raw: bytes, sender: str = "", to: str = BOUNCES) -> int:
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await desk.send(raw, sender, to)
    return refused.value.code


@pytest.mark.req("S1-18")
async def test_a_mail_that_was_answered_with_250_is_in_the_store_whole_and_as_it_came(url: str) -> None:
    async with post(url, handling=False) as desk:
        raw = postfix().replace(b"I'm sorry", b".I'm s\xc3\xb6rry")
        assert (await desk.send(raw)).code == 250
        kept = InboundMail(id=REPORT, sender="", recipient=ITS_OWN, at=START, raw=raw)
        assert await desk.store.waiting_mails(10) == (REPORT,)
        assert await desk.store.inbound_mail(REPORT) == kept


class Broken(SqlStore):
    """The real store, whose disk is full while `broken`; `late`: it fails after it has written."""

    broken = True
    late = False

    async def receive_mails(self, mails: Sequence[InboundMail]) -> None:
        if self.late:
            await super().receive_mails(mails)
        if self.broken:
            raise StoreOutageError("the store does not work: disk full")
        await super().receive_mails(mails)


@pytest.mark.req("S1-18")
@pytest.mark.parametrize("late", [False, True])
async def test_what_cannot_be_kept_is_put_off_and_is_one_mail_when_it_comes_again(url: str, late: bool) -> None:
    store = Broken(url)
    store.late = late
    async with post(url, store=store, handling=False) as desk:
        assert await refusal(desk, customer_mail(), OWNER, NO_REPLY) == 451
        store.broken = store.late = False
        for _ in range(2):
            assert (await desk.send(customer_mail(), OWNER, NO_REPLY)).code == 250
        assert await store.waiting_mails(10) == (MAIL,)


@pytest.mark.parametrize("to", ["billing@hosting.example", "owner@bakery.example", "bounces@elsewhere.example"])
async def test_it_relays_nothing(desk: Post, to: str) -> None:
    assert await refusal(desk, customer_mail(), OWNER, to) == 550
    assert await desk.store.waiting_mails(10) == ()
    assert desk.catcher.books.messages == []


async def test_addresses_are_taken_however_they_are_written(desk: Post) -> None:
    assert (await desk.send(customer_mail(), OWNER, "No-Reply@HOSTING.example")).code == 250
    assert (await desk.handled(MAIL)).recipient == NO_REPLY


async def test_a_mail_that_is_too_large_is_refused_for_good(desk: Post) -> None:
    assert await refusal(desk, customer_mail("x\n" * MOST_BYTES), OWNER, NO_REPLY) == 552


async def test_long_lines_are_no_reason_to_lose_a_mail(desk: Post) -> None:
    assert (await desk.send(customer_mail("x" * 30_000), OWNER, NO_REPLY)).code == 250


async def test_many_at_once_are_all_kept(url: str) -> None:
    async with post(url, handling=False) as desk:
        mails = [postfix(own=f"many-{number}") for number in range(60)]
        answers = await asyncio.gather(*(desk.send(raw) for raw in mails))
        assert {answer.code for answer in answers} == {250}
        assert len(await desk.store.waiting_mails(100)) == 60


# Notices that came back


@pytest.mark.req("S2-20")
@pytest.mark.parametrize(
    "raw", [postfix(), postfix(headers_only=True), postfix("no id at all")], ids=["whole", "headers", "by its address"]
)
async def test_a_notice_that_came_back_is_marked_with_its_contact_its_ticket_and_its_case(
    desk: Post, raw: bytes
) -> None:
    await desk.send(raw)
    await until(lambda: desk.cases.brought)
    mail = await desk.handled(REPORT)
    code = "5.1.1"
    assert (mail.outcome, mail.notice) == (f"bounced ({code})", NOTICE)
    copy = await desk.store.notice(NOTICE)
    assert copy is not None
    assert (copy.status, copy.detail) == ("bounced", code)
    owner = await desk.contact(OWNER)
    assert (owner.bounced_at, owner.bounce) == (START, code)
    assert (await desk.contact(SECOND)).bounced_at is None
    (ticket,) = await desk.tickets()
    assert (ticket.key, ticket.notice, ticket.department) == ("INV-1:bounced:second-overdue:0", NOTICE, "Billing")
    assert OWNER in ticket.body
    (news,) = desk.cases.brought
    assert news.invoice == "INV-1"
    assert news.fact == Bounced(notice=NOTICE, step="second-overdue", at=START, reason=code)
    assert desk.catcher.books.messages == [], "a report was answered"


async def test_the_recipient_that_a_report_names_is_not_believed(desk: Post) -> None:
    await desk.send(postfix(recipient=SECOND))
    await desk.handled(REPORT)
    assert (await desk.contact(OWNER)).bounced_at == START
    assert (await desk.contact(SECOND)).bounced_at is None


@pytest.mark.parametrize(
    ("raw", "outcome", "about"),
    [
        (postfix(action="delayed", status="4.4.1"), "noted: not lost (4.4.1)", NOTICE),
        (postfix("<forged@hosting.example>"), "noted: no notice of ours", ""),
    ],
    ids=["delayed", "of another mail"],
)
async def test_what_is_late_or_not_ours_changes_nothing(desk: Post, raw: bytes, outcome: str, about: str) -> None:
    await desk.send(raw)
    mail = await desk.handled(REPORT)
    assert (mail.outcome, mail.notice, mail.raw) == (outcome, about, raw)
    assert (await desk.contact(OWNER)).bounced_at is None
    assert (await desk.tickets(), desk.cases.brought) == ((), [])
    assert await desk.store.notice(NOTICE) == notice()


async def test_two_reports_of_one_notice_open_one_ticket_and_keep_the_first_mark(desk: Post) -> None:
    await desk.send(postfix(status="4.2.2"))
    await desk.handled(REPORT)
    desk.clock.at += timedelta(days=1)
    await desk.send(postfix(own="later", status="4.4.7"))
    await desk.handled("<later@mx.hosting.example>")
    owner = await desk.contact(OWNER)
    assert (owner.bounced_at, owner.bounce) == (START, "4.2.2")
    assert len(await desk.tickets()) == 1


async def test_every_notice_inside_of_a_digest_came_back_with_it(desk: Post) -> None:
    await desk.store.put_notice(notice(id="INV-2:first-overdue:0", invoice="INV-2", message_id="", digest=NOTICE))
    await desk.send(postfix())
    await desk.handled(REPORT)
    assert sorted(news.invoice for news in desk.cases.brought) == ["INV-1", "INV-2"]
    assert [ticket.notice for ticket in await desk.tickets()] == [NOTICE]


async def test_a_report_that_is_faster_than_the_worker_waits_for_it(desk: Post) -> None:
    """Else the worker would write `delivered` over it."""
    await desk.store.put_notice(notice("sending"))
    await desk.send(postfix())
    await until(lambda: len(desk.loop._backoff))
    assert (await desk.contact(OWNER)).bounced_at is None
    await desk.store.put_notice(notice())
    await desk.handled(REPORT)
    assert (await desk.contact(OWNER)).bounced_at == START


async def test_a_notice_that_nobody_finished_sending_came_back_all_the_same(desk: Post) -> None:
    await desk.store.put_notice(notice("unknown"))
    await desk.send(postfix())
    await until(lambda: len(desk.loop._backoff))
    desk.clock.at += SETTLING
    await desk.handled(REPORT)
    assert (await desk.contact(OWNER)).bounced_at == START


async def test_while_temporal_is_away_it_waits_and_holds_up_nobody_else(desk: Post) -> None:
    desk.cases.troubles["INV-1"] = OutageError("Temporal is away")
    await desk.send(postfix())
    await until(lambda: len(desk.loop._backoff))
    await desk.send(customer_mail(about=""), OWNER, NO_REPLY)
    await desk.handled(MAIL)
    waiting = await desk.store.inbound_mail(REPORT)
    assert waiting is not None
    assert waiting.outcome == ""
    desk.cases.troubles.clear()
    await desk.handled(REPORT)
    assert [news.invoice for news in desk.cases.brought] == ["INV-1"]


async def test_what_was_kept_before_a_crash_is_handled_by_the_next_portal(url: str) -> None:
    async with post(url, handling=False) as before:
        await furnish(before.store)
        await before.send(postfix())
    async with post(url) as after:
        assert (await after.handled(REPORT)).notice == NOTICE


async def test_what_fails_again_and_again_becomes_a_ticket(desk: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.inbox.backoff.FAULTS", 2)
    desk.cases.troubles["INV-1"] = RuntimeError("a fault of ours")
    await desk.send(postfix())
    mail = await desk.handled(REPORT)
    assert mail.outcome == "failed: see ticket"
    assert mail.ticket in {ticket.key for ticket in await desk.tickets()}


async def test_a_bounce_in_words_that_no_machine_reads_goes_to_a_person(desk: Post) -> None:
    await desk.send(QMAIL)
    await until(lambda: _has_tickets(desk))
    (ticket,) = await desk.tickets()
    assert (ticket.notice, ticket.subject) == (NOTICE, "A notice may have come back")
    assert (await desk.contact(OWNER)).bounced_at is None
    assert desk.catcher.books.messages == []


async def _has_tickets(desk: Post) -> bool:
    return bool(await desk.tickets())


# What people write


@pytest.mark.req("S1-20", "S1-22")
async def test_who_writes_to_no_reply_gets_an_answer_that_links_to_a_ticket_for_that_notice(desk: Post) -> None:
    await desk.send(customer_mail("I paid last week."), OWNER, NO_REPLY)
    mail = await desk.handled(MAIL)
    (ticket,) = await desk.tickets()
    assert (mail.outcome, mail.notice, mail.ticket) == ("ticket, answered", NOTICE, ticket.key)
    assert (ticket.account, ticket.invoice, ticket.notice, ticket.department) == ("bakery", "INV-1", NOTICE, "Billing")
    assert "I paid last week." in ticket.body
    (answer,) = desk.catcher.books.messages
    headers = {name.lower(): value for name, value in answer.headers}
    assert (answer.recipients, answer.sender) == ([OWNER], ENVELOPES.sender(answer.message_id))
    assert headers["auto-submitted"] == "auto-replied"
    assert headers["in-reply-to"] == headers["references"] == MAIL
    assert desk.links.ticket(ticket.key, ticket.at) in answer.text
    assert "Second Invoice Overdue Notice" in answer.text
    copies = [copy for copy in await desk.store.notices("INV-1") if ":answer:" in copy.id]
    assert [(copy.status, copy.recipient, copy.message_id) for copy in copies] == [
        ("delivered", OWNER, answer.message_id)
    ]


async def test_a_sender_is_answered_once_a_day_and_one_ticket_collects_what_they_write(desk: Post) -> None:
    for number in range(3):
        await desk.send(customer_mail(f"Mail {number}.", own=f"<n{number}@bakery.example>"), OWNER, NO_REPLY)
        await desk.handled(f"<n{number}@bakery.example>")
    (ticket,) = await desk.tickets()
    assert all(f"Mail {number}." in ticket.body for number in range(3))
    assert len(desk.catcher.books.messages) == 1
    await desk.store.close_tickets([ticket.key], START, "ann", "answered")
    await desk.send(customer_mail("One more.", own="<n4@bakery.example>"), OWNER, NO_REPLY)
    await desk.handled("<n4@bakery.example>")
    assert [each.body.count("One more.") for each in await desk.tickets() if each.closed_at is None] == [1]
    desk.clock.at += timedelta(days=1)
    await desk.send(customer_mail(own="<next@bakery.example>"), OWNER.upper(), NO_REPLY)
    await desk.handled("<next@bakery.example>")
    assert len(desk.catcher.books.messages) == 2


@pytest.mark.parametrize(
    ("sender", "about", "account", "answered"),
    [
        (OWNER, "", "bakery", True),
        (OWNER.upper(), "", "bakery", True),
        ("assistant@bakery.example", ID, "bakery", False),
        ("stranger@elsewhere.example", "", "", False),
        ("stranger@elsewhere.example", "<guessed@hosting.example>", "", False),
        ("owne_@bakery.example", "", "", False),
    ],
)
async def test_only_contacts_and_whom_a_notice_went_to_get_an_answer(
    desk: Post, sender: str, about: str, account: str, answered: bool
) -> None:
    await desk.send(customer_mail(about=about), sender, NO_REPLY)
    await desk.handled(MAIL)
    (ticket,) = await desk.tickets()
    assert (ticket.account, ticket.notice) == (account, NOTICE if about == ID else "")
    assert bool(desk.catcher.books.messages) is answered


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (customer_mail(Auto_Submitted="auto-replied"), OWNER),
        (customer_mail(Precedence="bulk"), OWNER),
        (customer_mail(), BOUNCES),
        (customer_mail(), "No-Reply@hosting.example"),
    ],
    ids=["vacation", "bulk", "ourselves", "ourselves too"],
)
async def test_machines_are_never_answered(desk: Post, raw: bytes, sender: str) -> None:
    await desk.send(raw, sender, NO_REPLY)
    assert (await desk.handled(MAIL)).outcome == "noted: automatic"
    assert (desk.catcher.books.messages, await desk.tickets()) == ([], ())


async def test_an_answer_that_the_mail_server_puts_off_is_sent_later_with_the_same_words(desk: Post) -> None:
    desk.catcher.scripts.add(OWNER, "defer:451", times=2)
    await desk.send(customer_mail(), OWNER, NO_REPLY)
    assert (await desk.handled(MAIL)).outcome == "ticket, answered"
    assert [message.copies for message in desk.catcher.books.messages] == [1]
    assert len(await desk.tickets()) == 1


async def test_an_answer_that_may_have_arrived_is_not_sent_twice(desk: Post) -> None:
    desk.catcher.scripts.add(OWNER, "drop_after_data")
    await desk.send(customer_mail(), OWNER, NO_REPLY)
    assert (await desk.handled(MAIL)).outcome == "ticket, answer unknown"
    assert [message.copies for message in desk.catcher.books.messages] == [1]


async def test_an_answer_that_comes_back_marks_the_address_and_no_case(desk: Post) -> None:
    await desk.send(customer_mail(), OWNER, NO_REPLY)
    await desk.handled(MAIL)
    answer = desk.catcher.books.messages[0]
    await desk.send(postfix(answer.message_id), to=answer.sender)
    await desk.handled(REPORT)
    assert (await desk.contact(OWNER)).bounced_at == START
    assert desk.cases.brought == []


# What the portal shows


@pytest.mark.req("S1-22", "S1-20")
async def test_the_page_of_a_ticket_shows_its_number_and_what_the_customer_saw(kept: Portal) -> None:
    await furnish(kept.store)
    key = "INV-1:mail:0123456789ab"
    await kept.store.open_ticket(_order(key))
    path = kept.links.ticket(key).removeprefix("https://pay.example")
    said = text_of((await kept.http.get(path)).text)
    for fact in ("We have your message", key, "Second Invoice Overdue Notice", "Pay now."):
        assert fact in said
    assert "for staff only" not in said


async def test_nobody_sees_a_ticket_without_its_own_signature(kept: Portal) -> None:
    await furnish(kept.store)
    key = "INV-1:mail:0123456789ab"
    await kept.store.open_ticket(_order(key))
    for signature in ("", "x", kept.links.signature("INV-1"), kept.links.ticket("other").partition("?s=")[2]):
        assert (await kept.http.get(f"/tickets/{key}?s={signature}")).status_code == 404
    gone = kept.links.ticket("no such ticket").removeprefix("https://pay.example")
    assert (await kept.http.get(gone)).status_code == 404


def _order(key: str) -> TicketOrder:
    invoice, _, step = key.partition(":")
    words = {"kind": "customer-mail", "subject": "Mail", "body": "for staff only", "notice": NOTICE}
    return TicketOrder.model_validate({"invoice": invoice, "account": "bakery", "step": step, "at": START, **words})


@pytest.mark.req("S2-20")
async def test_the_pay_page_says_that_mail_came_back_and_shows_no_whole_address(bank: Portal) -> None:
    case = case_of(overdue=3)
    bank.cases.cases["INV-1"] = case
    assert "came back" not in text_of((await bank.page("INV-1")).text)
    await furnish(bank.store)
    await bank.store.mark_bounced(notice(), "5.1.1", START)
    said = text_of((await bank.page("INV-1")).text)
    assert "Our mail to o…@bakery.example came back." in said
    assert OWNER not in said


async def test_the_answer_is_in_the_customer_s_language_and_of_their_brand(desk: Post) -> None:
    account = await desk.store.account("bakery")
    await desk.store.put_account(account.model_copy(update={"locale": "de_DE", "brand": "acme"}))
    await desk.send(customer_mail("Ich habe bezahlt."), OWNER, NO_REPLY)
    await desk.handled(MAIL)
    (answer,) = desk.catcher.books.messages
    assert answer.subject == "Wir haben Ihre Nachricht"
    text = answer.text.replace("\r\n", "\n")
    assert text.startswith("Guten Tag,\n\nwir haben Ihre Nachricht.")
    assert "unsere Abteilung Rechnungen antwortet Ihnen" in text
    assert "https://acme.example/tickets/" in text
    assert text.rstrip().endswith("Acme Web\nAcme Web Ltd, London\nReg. 123")
    assert '<html lang="de" dir="ltr">' in answer.html
    assert [each for each in ("ticket is", "Hello", "Example Hosting") if each in text] == []
