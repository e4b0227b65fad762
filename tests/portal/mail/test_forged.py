"""Whoever owes money gains by a notice that came back, so only our own mail server is believed about that."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from ipaddress import ip_network

import aiosmtplib
import pytest

from portal.mail import smtp_server
from tests.dunning.reports import EXCHANGE, customer_mail, postfix
from tests.portal.post import BOUNCES, ITS_OWN, NO_REPLY, NOTICE, OWNER, START, Post, furnish, post
from tests.portal.world import until

GUESSED = f"{ITS_OWN.partition('-')[0]}-{'0' * 16}@hosting.example"
REPORT = "<20261125100000.9D2A3C0042@mx.hosting.example>"
FROM_OUTSIDE = (
    b"Received: from home (dsl-7.example [192.0.2.7])\r\n\tby mx.hosting.example (Postfix) with ESMTP id 9D2;\r\n"
)


@pytest.fixture
async def desk(url: str) -> AsyncGenerator[Post]:
    async with post(url) as made:
        await furnish(made.store)
        yield made


async def unbelieved(desk: Post, own: str = REPORT) -> str:
    """Nothing happened but a ticket; the reason that it tells."""
    mail = await desk.handled(own)
    assert mail.outcome.startswith("not believed: "), mail.outcome
    assert (await desk.contact(OWNER)).bounced_at is None
    copy = await desk.store.notice(NOTICE)
    assert copy is not None
    assert (copy.status, desk.cases.brought) == ("delivered", [])
    (ticket,) = await desk.tickets()
    assert (ticket.notice, ticket.subject) == (NOTICE, "A notice may have come back")
    return mail.outcome.removeprefix("not believed: ")


async def test_the_notice_s_own_reader_cannot_report_it_through_our_mail_server(desk: Post) -> None:
    """They know its Message-ID and the address it came from; our server notes that the mail came from outside."""
    await desk.send(FROM_OUTSIDE + postfix().replace(b"Return-Path: <>\r\n", b""))
    assert "another mail server than our own" in await unbelieved(desk)


@pytest.mark.parametrize("to", [BOUNCES, GUESSED, NO_REPLY])
async def test_a_report_to_any_other_address_is_not_believed(desk: Post, to: str) -> None:
    await desk.send(postfix(), to=to)
    assert "address that this notice was sent from" in await unbelieved(desk)


async def test_a_report_with_a_sender_is_not_believed(desk: Post) -> None:
    await desk.send(postfix(), OWNER)
    assert "it has a sender" in await unbelieved(desk)


async def test_another_company_s_report_goes_to_a_person(desk: Post) -> None:
    await desk.send(EXCHANGE)
    await unbelieved(desk, "<a1b2c3d4-0001@AM0PR01MB1234.eurprd01.prod.exchangelabs.com>")


async def test_what_our_server_took_hours_ago_is_not_refused_now(desk: Post) -> None:
    desk.clock.at += timedelta(hours=5)
    await desk.send(postfix())
    assert "6 hours old" in await unbelieved(desk)


async def test_what_was_tried_for_days_is_given_up_and_that_is_believed(desk: Post) -> None:
    desk.clock.at += timedelta(days=5)
    await desk.send(postfix(status="4.4.1"))
    assert (await desk.handled(REPORT)).outcome == "bounced (4.4.1)"


async def test_who_answered_a_notice_was_reached(desk: Post) -> None:
    await desk.send(customer_mail("I will pay on Friday."), OWNER, NO_REPLY)
    await desk.handled("<q1@bakery.example>")
    await desk.send(postfix())
    mail = await desk.handled(REPORT)
    assert "the customer has answered since" in mail.outcome
    assert (await desk.contact(OWNER)).bounced_at is None


async def test_who_pressed_a_button_of_the_pay_page_was_reached(desk: Post) -> None:
    await desk.store.note_reached("INV-1", START)
    await desk.send(postfix())
    assert "pressed a button" in await unbelieved(desk)


async def test_a_stranger_s_answer_reaches_nobody(desk: Post) -> None:
    await desk.send(customer_mail(), "stranger@elsewhere.example", NO_REPLY)
    await desk.handled("<q1@bakery.example>")
    assert not await desk.store.reached_since("INV-1", START - timedelta(days=9))


async def test_a_hundred_reports_are_one_ticket(desk: Post) -> None:
    for number in range(20):
        await desk.send(postfix(own=f"forged-{number}"), OWNER)
    for number in range(20):
        await desk.handled(f"<forged-{number}@mx.hosting.example>")
    assert len(await desk.tickets()) == 1


# Answers, and what they are used for


async def test_invented_senders_get_no_answer_though_they_name_a_notice(desk: Post) -> None:
    for number in range(15):
        await desk.send(customer_mail(own=f"<f{number}@x>"), f"victim-{number}@elsewhere.example", NO_REPLY)
    for number in range(15):
        assert (await desk.handled(f"<f{number}@x>")).outcome == "ticket, not answered"
    assert desk.catcher.books.messages == []


@pytest.mark.parametrize(
    ("checks", "answered"),
    [
        ("mx.hosting.example; dmarc=fail (p=reject) header.from=bakery.example", False),
        ("mx.hosting.example; spf=fail smtp.mailfrom=bakery.example; dkim=none", False),
        ("mx.hosting.example; spf=fail smtp.mailfrom=bakery.example; dkim=pass header.d=bakery.example", True),
        ("mx.hosting.example; dmarc=pass header.from=bakery.example", True),
    ],
)
async def test_whose_sender_our_server_found_forged_gets_no_answer(desk: Post, checks: str, answered: bool) -> None:
    raw = f"Authentication-Results: {checks}\r\n".encode() + customer_mail()
    await desk.send(raw, OWNER, NO_REPLY)
    outcome = (await desk.handled("<q1@bakery.example>")).outcome
    assert outcome == ("ticket, answered" if answered else "ticket, not answered")


@pytest.mark.parametrize(
    "sender",
    ["MAILER-DAEMON@bakery.example", "owner-list@bakery.example", "no-reply@bakery.example", "bounce+7@b.example"],
)
async def test_programs_and_lists_are_never_answered(desk: Post, sender: str) -> None:
    account = await desk.store.account("bakery")
    contact = account.contacts[0].model_copy(update={"email": sender, "rank": 5})
    await desk.store.put_account(account.model_copy(update={"contacts": (*account.contacts, contact)}))
    await desk.send(customer_mail(), sender, NO_REPLY)
    assert (await desk.handled("<q1@bakery.example>")).outcome == "ticket, not answered"


# The door


async def test_only_our_own_mail_servers_hand_mail_over(url: str) -> None:
    networks = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
    async with post(url, relays=networks, handling=False) as desk:
        with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
            await desk.send(postfix())
        assert refused.value.code == 554
        assert await desk.store.waiting_mails(9) == ()


async def test_strangers_take_none_of_the_connections(url: str) -> None:
    async with post(url, relays=(ip_network("127.0.0.2/32"),), handling=False) as desk:
        for _ in range(smtp_server.CONNECTIONS + 1):
            reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
            assert (await reader.read()).startswith(b"554 "), "one that stays open would be a place less"
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.port, local_addr=("127.0.0.2", 0))
        assert (await reader.readline()).startswith(b"220 ")
        writer.close()


async def test_nobody_takes_all_connections_for_long(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_server, "CONNECTIONS", 5)
    async with post(url, handling=False) as desk:
        held = [await asyncio.open_connection("127.0.0.1", desk.port) for _ in range(5)]
        assert [(await reader.readline())[:3] for reader, _ in held] == [b"220"] * 5
        with pytest.raises(aiosmtplib.SMTPException):
            await desk.send(postfix())
        held[0][1].close()

        async def taken() -> bool:
            try:
                return (await desk.send(postfix())).code == 250
            except aiosmtplib.SMTPException:
                return False

        await until(taken)
        for _, writer in held[1:]:
            writer.close()
