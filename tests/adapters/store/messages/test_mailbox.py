"""Mail that came in is kept whole and once; what came back is marked where it belongs. On both databases."""

from datetime import timedelta

import pytest

from adapters.store import SqlStore
from dunning.records.accounts import Account, Contact
from dunning.records.mail import InboundMail, NoticeCopy
from tests.adapters.store.test_store import ACCOUNT, AT, notice, ticket

RAW = bytes(range(256)) * 50


def mail(id_: str = "<a@b>", days: int = 0, **more: object) -> InboundMail:
    values = {"id": id_, "sender": "z@x.example", "recipient": "no-reply@h.example", "at": AT, "raw": RAW}
    return InboundMail.model_validate({**values, "at": AT + timedelta(days=days), **more})


def sent(id_: str, message_id: str = "", digest: str = "") -> NoticeCopy:
    return notice(id_, status="delivered", message_id=message_id, digest=digest)


@pytest.mark.req("S1-18")
async def test_a_mail_is_kept_whole_and_stays_as_it_came_first(store: SqlStore) -> None:
    await store.receive_mails([mail(), mail("<c@d>", sender="ü\0@x.example")])
    await store.receive_mails([mail(raw=b"other")])
    assert await store.inbound_mail("<a@b>") == mail()
    assert await store.inbound_mail("<no@body>") is None


async def test_what_waits_comes_oldest_first_until_it_is_handled_and_the_first_outcome_stays(store: SqlStore) -> None:
    await store.receive_mails([mail("<new@x>", 2), mail("<old@x>"), mail("<middle@x>", 1)])
    assert list(await store.waiting_mails(2)) == ["<old@x>", "<middle@x>"]
    await store.handled_mail("<old@x>", "ticket", "n-1", "t-1")
    await store.handled_mail("<old@x>", "bounced", "n-2", "t-2")
    assert list(await store.waiting_mails(9)) == ["<middle@x>", "<new@x>"]
    assert await store.inbound_mail("<old@x>") == mail("<old@x>", outcome="ticket", notice="n-1", ticket="t-1")


async def test_notices_are_found_by_their_mails_message_ids_and_inside_of_digests(store: SqlStore) -> None:
    for copy in (sent("n-1", "<1@h>"), sent("n-2", digest="n-1"), sent("n-3", "<3@h>"), sent("n-4"), sent("n-5")):
        await store.put_notice(copy)
    assert [each.id for each in await store.sent_as(["<1@h>", "<unknown@h>"])] == ["n-1", "n-2"]
    assert await store.sent_as(["<3@h>"]) == (sent("n-3", "<3@h>"),)
    # A broken report names an empty one, which is nobody's.
    assert await store.sent_as([""]) == await store.sent_as([]) == ()


@pytest.mark.req("S2-20")
async def test_a_bounce_marks_the_notice_and_the_contact_of_that_address_in_that_account_only(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    other = Account(id="a-2", name="Other", contacts=(Contact(account="a-2", email="z@x.example"),))
    await store.put_account(other)
    await store.put_notice(sent("n-1", "<1@h>"))
    await store.put_notice(sent("n-2", "<2@h>"))
    await store.mark_bounced(sent("n-1"), "4.2.2", AT)
    await store.mark_bounced(sent("n-1"), "5.1.1", AT + timedelta(days=1))
    await store.mark_bounced(sent("n-2"), "5.1.1", AT + timedelta(days=2))
    first, second = await store.notice("n-1"), await store.notice("n-2")
    assert first
    assert second
    assert [(each.status, each.detail) for each in (first, second)] == [("bounced", "4.2.2"), ("bounced", "5.1.1")]
    marked, untouched = (await store.account("a-1")).contacts
    assert (marked.email, marked.bounced_at, marked.bounce) == ("z@x.example", AT, "4.2.2")
    assert untouched == ACCOUNT.contacts[1]
    assert await store.account("a-2") == other


async def test_a_bounce_marks_the_address_in_whatever_letters_it_stands_there(store: SqlStore) -> None:
    written = Contact(account="a-1", email="Z@X.example")
    await store.put_account(Account(id="a-1", name="One", contacts=(written,)))
    await store.put_notice(sent("n-1", "<1@h>"))
    await store.mark_bounced(sent("n-1"), "5.1.1", AT)
    (marked,) = (await store.account("a-1")).contacts
    assert (marked.email, marked.bounced_at) == ("Z@X.example", AT)


async def test_a_contact_is_found_however_its_address_is_written_and_by_no_pattern(store: SqlStore) -> None:
    await store.put_account(ACCOUNT)
    odd = Contact(account="a-0", email="under_score@x.example")
    await store.put_account(
        Account(id="a-0", name="Odd", contacts=(odd, odd.model_copy(update={"email": "Z@X.example"})))
    )
    assert await store.accounts_of_contact("z@x.EXAMPLE") == ("a-0", "a-1")
    assert await store.accounts_of_contact("under_score@x.example") == ("a-0",)
    for pattern in ("%", "underxscore@x.example", "_@x.example", ""):
        assert await store.accounts_of_contact(pattern) == ()


@pytest.mark.req("S1-22")
async def test_a_ticket_is_read_by_its_key_with_the_notice_that_it_quotes(store: SqlStore) -> None:
    await store.open_ticket(ticket("mail:1", notice="n-1"))
    found = await store.ticket("i-1:mail:1")
    assert found
    assert found.notice == "n-1"
    assert await store.ticket("i-1:mail:2") is None
