"""Windows and what waits for them, on both databases."""

from datetime import UTC, datetime, timedelta

from adapters.store import SqlStore
from dunning.windows.window import PutOff, Window
from tests.adapters.store.test_store import AT

ONE = Window(id="w-1", since=AT, until=AT + timedelta(hours=2), zone="UTC", reason="disks", by="ana")


async def test_windows_come_by_their_beginning_until_they_are_over(store: SqlStore) -> None:
    two = ONE.model_copy(update={"id": "w-2", "since": AT - timedelta(days=1), "cancelled": True})
    for each in (ONE, two, ONE):
        await store.put_window(each)
    assert await store.windows(AT) == (two, ONE)
    assert await store.windows(ONE.until) == ()
    assert await store.windows(datetime.min.replace(tzinfo=UTC)) == (two, ONE)
    assert (await store.window("w-1"), await store.window("w-3")) == (ONE, None)
    await store.put_window(longer := ONE.model_copy(update={"until": AT + timedelta(hours=3)}))
    assert await store.window("w-1") == longer


async def test_a_step_waits_once_for_a_window_until_the_last_time_that_was_said(store: SqlStore) -> None:
    def waits(invoice: str, hours: int, until: int = 9) -> PutOff:
        at = AT + timedelta(hours=hours)
        return PutOff(
            window="w-1",
            invoice=invoice,
            step="charge",
            account="a",
            action="charge",
            at=at,
            until=AT + timedelta(hours=until),
        )

    for each in (waits("i-1", 2), waits("i-2", 1), waits("i-1", 2, until=33)):
        await store.note_put_off(each)
    assert await store.put_off_by("w-1") == (waits("i-2", 1), waits("i-1", 2, until=33))
    assert await store.put_off_by("w-2") == ()
