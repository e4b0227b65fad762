"""Sending: each kind of notice has its reply address, and a copy of each is kept with all that became of it."""

import dataclasses
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from activities.notices.send_notice import GREYLISTED, message_id
from dunning.case.results import Delivered, Undelivered
from dunning.notices.reply_to import Replies, is_read
from dunning.ports.outages import OutageError
from dunning.records.accounts import Contact
from tests.notices.office import AT, Office, an_office, order

DISPUTES = "disputes@hosting.example"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    async with an_office(
        tmp_path, reply_to={"Payment Taken Back": DISPUTES}, mail_bounces="bounces@h.example"
    ) as office:
        yield office


def headers(office: Office, email: str) -> dict[str, str]:
    (message,) = office.to(email)
    return dict(message.headers)


@pytest.mark.req("S1-19")
async def test_answers_go_nowhere_unless_the_kind_of_notice_has_an_address(office: Office) -> None:
    await office.account("anna@bakery.example")
    await office.send(order())
    (mail,) = office.to("anna@bakery.example")
    assert dict(mail.headers)["Reply-To"] == "no-reply@hosting.example"
    assert "Nobody reads replies to this mail. Please write to billing@hosting.example instead." in one_line(mail.text)
    await office.send(order("INV-2", title="Payment Taken Back", step="reversal:r"))
    mail = office.to("anna@bakery.example")[-1]
    assert dict(mail.headers)["Reply-To"] == DISPUTES
    assert f"You can reply to this mail: {DISPUTES} is read by people." in one_line(mail.text)


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.req("S1-19")
def test_a_kind_of_notice_is_its_title_up_to_the_colon() -> None:
    replies = Replies(default="no-reply@h.example", by_title={"Service Suspended": "abuse@h.example", "Odd": ""})
    assert replies.address("Service Suspended: Abuse report") == "abuse@h.example"
    assert replies.address("Odd") == replies.address("Customer Invoice") == "no-reply@h.example"


@pytest.mark.parametrize(
    ("address", "read"),
    [("", False), ("no-reply@h.example", False), ("Do.Not_Reply+x@h.example", False), ("billing@h.example", True)],
)
def test_an_address_says_by_its_name_whether_people_read_it(address: str, read: bool) -> None:
    assert is_read(address) is read


@pytest.mark.req("S1-21", "S4-03")
async def test_the_copy_keeps_words_recipient_time_version_result_and_the_mail_s_id(office: Office) -> None:
    await office.account("owner@bakery.example", "second@bakery.example", locale="de_DE")
    sent = await office.send(order(title="Payment Taken Back"))
    assert isinstance(sent, Delivered)
    copy = await office.store.notice(sent.notice)
    assert copy is not None
    (mail,) = office.to("owner@bakery.example")
    assert office.to("second@bakery.example") == []
    assert mail.message_id == copy.message_id == message_id(copy.id, "hosting.example")
    assert (mail.subject, mail.text.replace("\r\n", "\n")) == (copy.content.subject, copy.content.text)
    assert (copy.recipient, copy.at, copy.reply_to) == ("owner@bakery.example", AT, DISPUTES)
    assert copy.content.template.startswith("common/de/payment_taken_back@")
    assert (copy.status, copy.detail[:3]) == ("delivered", "250")
    assert await office.store.account_notices("bakery") == (copy,)
    assert await office.store.account_notices("nobody") == ()


async def test_what_nobody_can_deliver_comes_back_to_its_own_address(office: Office) -> None:
    await office.account("anna@bakery.example")
    await office.send(order())
    assert headers(office, "anna@bakery.example")["From"] == "Example Hosting <billing@hosting.example>"
    (message,) = office.to("anna@bakery.example")
    assert message.sender.startswith("bounces+")
    assert message.sender.endswith("@h.example")


async def test_nothing_is_sent_to_where_mail_came_back_from(office: Office) -> None:
    account = await office.account("old@bakery.example", "new@bakery.example")
    bounced = account.contacts[0].model_copy(update={"bounced_at": AT - timedelta(days=9), "bounce": "5.1.1"})
    await office.store.put_account(account.model_copy(update={"contacts": (bounced, account.contacts[1])}))
    assert await office.send(order()) == Delivered(notice="INV-1042:first-overdue:1")
    assert office.to("old@bakery.example") == []
    assert len(office.to("new@bakery.example")) == 1


async def test_no_address_left_is_said_so(office: Office) -> None:
    account = await office.account()
    assert await office.send(order()) == Undelivered(
        notice="INV-1042:first-overdue", reason="the account has no e-mail address on file"
    )
    gone = Contact(account="bakery", email="gone@bakery.example", bounced_at=AT)
    await office.store.put_account(account.model_copy(update={"contacts": (gone,)}))
    assert await office.send(order()) == Undelivered(
        notice="INV-1042:first-overdue", reason="mail to every address on file comes back"
    )


async def test_refused_for_good_put_off_and_unknown_are_told_apart(office: Office) -> None:
    await office.account("gone@bakery.example", "slow@bakery.example")
    office.catcher.scripts.add("gone@bakery.example", "refuse:550", None)
    office.catcher.scripts.add("slow@bakery.example", "defer:451")
    with pytest.raises(OutageError, match="451"):
        await office.send(order())
    gone = await office.store.notice("INV-1042:first-overdue:0")
    assert gone is not None
    assert (gone.status, gone.detail[:3]) == ("refused", "550")
    office.catcher.scripts.add("slow@bakery.example", "drop_after_data")
    with pytest.raises(OutageError, match="same Message-ID"):
        await office.send(order(), attempt=2)
    assert await office.send(order(), attempt=GREYLISTED) == Delivered(notice="INV-1042:first-overdue:1")
    (message,) = office.to("slow@bakery.example")
    assert message.copies == 2, "the same Message-ID"


async def test_a_notice_in_flight_while_the_formula_of_message_ids_changes_keeps_its_own(office: Office) -> None:
    """The mail server may have it under the old one: who sends it under another sends it twice."""
    await office.account("slow@bakery.example")
    office.catcher.scripts.add("slow@bakery.example", "drop_after_data")
    with pytest.raises(OutageError, match="same Message-ID"):
        await office.send(order())
    office.activity = dataclasses.replace(office, settings=office.settings).activity
    office.activity._secret, office.activity._domain = "a secret since the upgrade", "other.example"
    assert await office.send(order(), attempt=2) == Delivered(notice="INV-1042:first-overdue:0")
    (message,) = office.to("slow@bakery.example")
    assert message.copies == 2


def test_nobody_without_the_secret_can_tell_which_mail_a_notice_was() -> None:
    ours = message_id("INV-1:suspend:0", "hosting.example", "the link secret")
    assert ours == message_id("INV-1:suspend:0", "hosting.example", "the link secret")
    assert ours != message_id("INV-1:suspend:0", "hosting.example")
    assert ours != message_id("INV-1:suspend:0", "hosting.example", "another secret")


async def test_an_address_that_takes_another_s_place_meanwhile_gets_a_copy_of_its_own(office: Office) -> None:
    """A person took the first away because its server puts us off: nothing more goes there, and its copy stays."""
    await office.account("stranger@slow.example")
    office.catcher.scripts.add("stranger@slow.example", "drop_after_data", None)
    with pytest.raises(OutageError, match="same Message-ID"):
        await office.send(order())
    await office.account("owner@bakery.example")
    assert await office.send(order(), attempt=2) == Delivered(notice="INV-1042:first-overdue:1000")
    assert await office.send(order(), attempt=3) == Delivered(notice="INV-1042:first-overdue:1000")
    assert [message.copies for message in office.to("owner@bakery.example")] == [1]
    assert [message.copies for message in office.to("stranger@slow.example")] == [1]
    kept = {copy.recipient: copy.status for copy in await office.store.notices("INV-1042")}
    assert kept == {"stranger@slow.example": "unknown", "owner@bakery.example": "delivered"}
