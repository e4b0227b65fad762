"""Links to pay pages: a new one, the end of all that were given out, and a new one by mail."""

from datetime import datetime, timedelta

import pytest

from composition import Composition, now
from dunning.case.orders import NoticeOrder
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, Contact
from operations.errors import NoSuchInvoiceError, RefusedError
from operations.money.new_link import MailNewLink
from operations.money.pay_links import CLOCKS, PayLinks
from tests.operations.opening import opened


class Signed:
    """Says of which instant a link is."""

    def pay(self, invoice: str, when: datetime) -> str:
        return f"{invoice} {when.isoformat()}"


class Post:
    """Keeps what is to be mailed."""

    def __init__(self) -> None:
        self.orders: list[NoticeOrder] = []
        self.away = False

    async def send(self, order: NoticeOrder) -> None:
        if self.away:
            raise OutageError("Temporal is away")
        self.orders.append(order)


def links(made: Composition, at: datetime) -> PayLinks:
    return PayLinks(made.store, lambda _: Signed(), lambda: at)


async def test_who_ends_links_is_kept_and_a_new_one_is_given_out_after_the_end(made: Composition) -> None:
    await opened(made, "OPLINK-1")
    at = now()
    assert await links(made, at).of("OPLINK-1") == f"OPLINK-1 {at.isoformat()}"
    await links(made, at).end("OPLINK-1", "ana", "the mail was passed on")
    ended = await made.store.links_ended("OPLINK-1")
    assert ended
    assert at + CLOCKS - timedelta(seconds=1) <= ended <= at + CLOCKS, "also what a clock gave out that is ahead"
    assert await links(made, at).of("OPLINK-1") == f"OPLINK-1 {ended.isoformat()}"
    later = at + timedelta(days=1)
    assert await links(made, later).of("OPLINK-1") == f"OPLINK-1 {later.isoformat()}"
    (deed,) = await made.store.account_changes("of-OPLINK-1")
    assert (deed.by, deed.reason, deed.what) == (
        "ana", "the mail was passed on", ("links to invoice OPLINK-1 ended",),
    )  # fmt: skip


@pytest.mark.parametrize(("by", "reason"), [("", "why"), ("ana", ""), (" ", " ")])
async def test_whoever_does_not_say_who_and_why_ends_nothing(made: Composition, by: str, reason: str) -> None:
    if await made.store.invoice("OPLINK-2") is None:
        await opened(made, "OPLINK-2")
    with pytest.raises(RefusedError):
        await made.pay_links.end("OPLINK-2", by, reason)
    assert await made.store.links_ended("OPLINK-2") is None


async def test_an_invoice_that_nobody_knows_has_no_links(made: Composition) -> None:
    with pytest.raises(NoSuchInvoiceError):
        await made.pay_links.end("OPLINK-NONE", "ana", "why")


async def test_a_new_link_is_mailed_once_in_five_hours_and_is_good_after_an_end(made: Composition) -> None:
    await opened(made, "OPLINK-3", emails=["o@bakery.example"])
    day, post = now().replace(hour=0, minute=0), Post()
    await made.store.end_links("OPLINK-3", day + timedelta(minutes=1))
    for hour in range(24):
        at = day + timedelta(hours=hour)
        assert await MailNewLink(made.store, post, lambda at=at: at).send("OPLINK-3")
    assert len({order.step for order in post.orders}) == 5
    first = post.orders[0]
    assert (first.page, first.invoice, first.account) == ("OPLINK-3", "", "of-OPLINK-3")
    assert first.at == day + timedelta(minutes=1), "the link in it is of after the end"


async def test_whom_nobody_could_write_to_is_not_written_to(made: Composition) -> None:
    await opened(made, "OPLINK-4")
    post = Post()
    mail = MailNewLink(made.store, post, now)
    assert not await mail.send("OPLINK-4")
    assert not await mail.send("OPLINK-NONE")
    bounced = Contact(account="of-OPLINK-4", email="a@b.example", bounced_at=now())
    await made.store.put_account(Account(id="of-OPLINK-4", name="", contacts=(bounced,)))
    assert not await mail.send("OPLINK-4")
    assert post.orders == []


async def test_an_outage_is_told_as_one(made: Composition) -> None:
    await opened(made, "OPLINK-5", emails=["o@bakery.example"])
    post = Post()
    post.away = True
    with pytest.raises(OutageError):
        await MailNewLink(made.store, post, now).send("OPLINK-5")
