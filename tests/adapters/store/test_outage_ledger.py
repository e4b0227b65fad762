"""Outages, on both databases."""

from datetime import UTC, datetime, timedelta

from adapters.store import SqlStore
from dunning.windows.outage import Outage, Way
from tests.adapters.store.test_store import AT

ONE = Outage(id="portal-1", way=Way.PORTAL, since=AT, seen=AT + timedelta(minutes=5), checks=2, why="502")


async def test_they_come_by_their_beginning_while_they_are_not_long_over(store: SqlStore) -> None:
    two = ONE.model_copy(
        update={"id": "mail-1", "way": Way.MAIL, "since": AT - timedelta(hours=1), "until": AT + timedelta(hours=1)}
    )
    for each in (ONE, two, ONE):
        await store.put_outage(each)
    assert await store.outages(datetime.min.replace(tzinfo=UTC)) == (two, ONE)
    assert await store.outages(AT + timedelta(minutes=30)) == (two,)
    assert await store.outages(AT + timedelta(hours=1)) == ()
    assert (await store.outage("mail-1"), await store.outage("mail-2")) == (two, None)
    assert await store.running_outage(Way.PORTAL) == ONE
    assert await store.running_outage(Way.MAIL) is None
    await store.put_outage(ONE.model_copy(update={"until": AT + timedelta(minutes=10)}))
    assert await store.running_outage(Way.PORTAL) is None
    await store.drop_outage(ONE.id)
    await store.drop_outage(ONE.id)
    assert await store.outage(ONE.id) is None
