"""Notices that wait for each other: whoever claims first has them all, and nobody has one twice."""

import asyncio
from datetime import UTC, datetime

import pytest

from adapters.store import SqlStore
from dunning.records.mail import NoticeCopy, NoticeText

AT = datetime(2026, 12, 6, 14, tzinfo=UTC)
DAY = "waiting:2026-12-06"


def copy(id_: str, **changes: str) -> NoticeCopy:
    facts = {"invoice": id_, "account": "bakery", "recipient": "anna@bakery.example", "digest": DAY, **changes}
    content = NoticeText(subject="s", text="t", html="h", template="x@1")
    return NoticeCopy.model_validate({"id": id_, "at": AT, "content": content, **facts})


async def kept(store: SqlStore, *copies: NoticeCopy) -> None:
    for each in copies:
        await store.put_notice(each)


async def test_who_claims_takes_all_that_waits_for_the_same_day_with_the_same_recipient(store: SqlStore) -> None:
    others = (
        copy("other-day", digest="waiting:2026-12-07"),
        copy("other-recipient", recipient="bob@bakery.example"),
        copy("other-account", account="butcher"),
        copy("alone", digest=""),
        copy("settled", status="refused"),
        copy("withdrawn", status="withdrawn", digest=""),
    )
    await kept(store, copy("b"), copy("a"), *others)
    assert (await store.claim_digest(copy("b"))).digest == "b"
    assert [each.id for each in await store.digest("b")] == ["a", "b"]
    assert (await store.claim_digest(copy("a"))).digest == "b", "it came too late"
    for other in others:
        assert await store.notice(other.id) == other


async def test_one_that_waited_alone_is_in_no_digest(store: SqlStore) -> None:
    await kept(store, copy("a"))
    assert (await store.claim_digest(copy("a"))).digest == ""


async def test_of_many_that_claim_at_once_one_wins(store: SqlStore) -> None:
    names = [f"n-{place}" for place in range(8)]
    await kept(store, *(copy(name) for name in names))
    claimed = await asyncio.gather(*(store.claim_digest(copy(name)) for name in names))
    (digest,) = {each.digest for each in claimed}
    assert digest in names
    assert sorted(each.id for each in await store.digest(digest)) == names


@pytest.mark.req("S1-21")
async def test_what_became_of_the_mail_is_written_into_each_copy(store: SqlStore) -> None:
    await kept(store, copy("a", digest="a"), copy("b", digest="a", status="bounced"), copy("c", digest="c"))
    await store.settle_digest("a", "delivered", "250 OK")
    assert [(each.id, each.status, each.detail) for each in await store.account_notices("bakery")] == [
        ("a", "delivered", "250 OK"),
        ("b", "bounced", ""),
        ("c", "sending", ""),
    ]


async def test_only_one_that_still_waits_can_be_withdrawn(store: SqlStore) -> None:
    await kept(store, copy("a"), copy("b", digest="c"))
    for name in ("a", "b"):
        await store.withdraw_notice(name, DAY)
    a, b = await store.account_notices("bakery")
    assert (a.status, a.digest) == ("withdrawn", "")
    assert (b.status, b.digest) == ("sending", "c")
