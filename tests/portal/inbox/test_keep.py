"""Keeping before answering: never a 2xx for what is not on disk."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest

from adapters.store import SqlStore
from composition import now
from dunning.records.inbox import InboxEvent
from portal.inbox.keep import InboxWriter, NotKeptError
from tests.portal.world import Portal, message, paid, portal, standard, until


@pytest.fixture
async def alone(url: str) -> AsyncGenerator[Portal]:
    """Give a portal that only keeps, over a database that the test may break."""
    async with portal(url, delivering=False, patience=0.05) as made:
        yield made


def event(number: int) -> InboxEvent:
    return InboxEvent(source="stripe", id=f"evt_{number}", body="{}", at=now())


class Watched(SqlStore):
    """The real store; it counts what it is asked for, and is slow or broken when told so."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.broken: Exception | None = None

    async def receive(self, events: Sequence[InboxEvent]) -> None:
        self.asked += 1
        await self.gate.wait()
        if self.broken:
            raise self.broken
        await super().receive(events)


async def test_nobody_hears_yes_before_the_write_is_over(url: str) -> None:
    store = Watched(url)
    store.gate.clear()
    keeping = asyncio.create_task(InboxWriter(store).keep(event(1)))
    await until(lambda: store.asked)
    assert not keeping.done()
    store.gate.set()
    await keeping
    assert len(await store.waiting(2)) == 1
    await store.close()


async def test_too_many_at_once_are_turned_away_and_the_others_are_kept(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.inbox.keep.MOST", 5)
    store = Watched(url)
    store.gate.clear()
    writer = InboxWriter(store)
    first = asyncio.create_task(writer.keep(event(0)))
    await until(lambda: store.asked)
    others = [asyncio.create_task(writer.keep(event(n))) for n in range(1, 5)]
    await asyncio.sleep(0)
    with pytest.raises(NotKeptError, match="too many"):
        await writer.keep(event(5))
    store.gate.set()
    await asyncio.gather(first, *others)
    assert len(await store.waiting(100)) == 5
    await store.close()


async def test_a_store_that_is_too_slow_is_no_yes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.inbox.keep.PATIENCE", 0.05)
    store = Watched(url)
    store.gate.clear()
    writer = InboxWriter(store)
    with pytest.raises(NotKeptError, match="TimeoutError"):
        await writer.keep(event(1))
    store.gate.set()
    monkeypatch.undo()
    await writer.keep(event(1))
    assert len(await store.waiting(2)) == 1  # the sender comes again, and finds it kept
    await store.close()


async def test_a_broken_store_is_told_and_a_mended_one_takes_the_same_event(url: str) -> None:
    store = Watched(url)
    store.broken = OSError("disk full")
    async with portal(url, store=store, delivering=False, patience=0.05) as door:
        for answer in (await door.stripe(paid("evt_1")), await door.payment(message())):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
            assert answer.json() == {"error": "it could not be kept; send it again"}
        store.broken = None
        assert await door.inbox() == ()
        assert (await door.stripe(paid("evt_1"))).status_code == 200
        assert (await door.payment(message())).status_code == 202
        assert len(await door.inbox()) == 2
    await store.close()


async def test_a_locked_database_is_a_503_and_nothing_is_lost(
    url: str, monkeypatch: pytest.MonkeyPatch, alone: Portal
) -> None:
    monkeypatch.setattr("portal.inbox.keep.PATIENCE", 0.2)
    other: Any = sqlite3.connect(url.partition("///")[2], isolation_level=None)
    other.execute("begin immediate")
    answers = await asyncio.gather(*(alone.stripe(paid(f"evt_{n}")) for n in range(5)))
    assert {answer.status_code for answer in answers} == {503}
    other.execute("rollback")
    other.close()
    again = await asyncio.gather(*(alone.stripe(paid(f"evt_{n}")) for n in range(5)))
    assert {answer.status_code for answer in again} == {200}
    assert len(await alone.inbox()) == 5


async def test_a_database_that_is_gone_is_a_503(alone: Portal, url: str) -> None:
    broken: Any = sqlite3.connect(url.partition("///")[2])
    broken.execute("alter table inbox rename to elsewhere")
    broken.close()
    assert (await alone.stripe(paid("evt_1"))).status_code == 503
    assert (await alone.payment(message(), standard(message(), "msg_2"))).status_code == 503
    assert (await alone.http.get("/ready")).status_code == 503
