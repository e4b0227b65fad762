"""Windows and what waits for them, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.store import SqlStore
from dunning.windows.window import PutOff, Window
from tests.adapters.store.test_store import AT

ONE = Window(id="w-1", since=AT, until=AT + timedelta(hours=2), zone="UTC", reason="disks", by="ana")
EVERY = timedelta(seconds=10)


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


def waits(invoice: str, hours: int, opening: int = 9, window: str = "w-1") -> PutOff:
    opens = AT + timedelta(hours=opening)
    at = AT + timedelta(hours=hours)
    return PutOff(
        window=window, invoice=invoice, step="charge", account="a", action="charge", at=at, opening=opens, until=opens
    )


async def test_a_step_waits_once_for_a_window_until_the_last_opening_that_was_said(store: SqlStore) -> None:
    for each in (waits("i-1", 2), waits("i-2", 1), waits("i-1", 2, opening=33)):
        await store.put_in_line([each], EVERY)
    first = waits("i-2", 1).in_place(1, EVERY)
    assert await store.put_off_by("w-1") == (first, waits("i-1", 2, opening=33))
    assert await store.put_off_until_after(first.until) == (waits("i-1", 2, opening=33),)
    assert await store.put_off_by("w-2") == ()


@pytest.mark.req("S0-22")
async def test_each_has_a_place_of_its_own_in_its_opening_whoever_asks_at_once_and_again(store: SqlStore) -> None:
    rows = [waits(f"i-{number:02}", 1, window=f"w-{number % 3}") for number in range(30)]
    placed = await asyncio.gather(*(store.put_in_line([each], EVERY) for each in rows))
    places = {row.place: row.until for (row,) in placed}
    assert places == {place: AT + timedelta(hours=9) + place * EVERY for place in range(30)}
    again = await asyncio.gather(*(store.put_in_line([each], timedelta(hours=1)) for each in rows * 2))
    assert again == [*placed, *placed], "who asks again keeps the place"
    (other,) = await store.put_in_line([waits("i-00", 1, opening=33, window="w-0")], EVERY)
    assert (other.place, other.until) == (0, AT + timedelta(hours=33)), "another opening has a line of its own"


@pytest.mark.req("S0-22")
async def test_those_that_are_given_places_together_have_them_in_that_order(store: SqlStore) -> None:
    rows = [waits(name, 1) for name in ("i-3", "i-1", "i-2")]
    assert [row.place for row in await store.put_in_line(rows, EVERY)] == [0, 1, 2]
    (last,) = await store.put_in_line([waits("i-0", 1)], EVERY)
    assert last.place == 3
    assert await store.put_in_line([], EVERY) == ()


async def test_a_step_is_in_line_from_its_opening_until_its_turn(store: SqlStore) -> None:
    _, second = await store.put_in_line([waits("i-1", 1), waits("i-2", 1)], EVERY)
    hour = timedelta(hours=1)
    for at, found in (
        (second.opening - hour, None),
        (second.opening, second),
        (second.until - EVERY / 2, second),
        (second.until, None),
    ):
        assert await store.in_line("i-2", "charge", at) == found
    assert await store.in_line("i-2", "suspend", second.opening) is None
    assert await store.in_line("i-1", "charge", second.opening) is None, "the first one's turn is the opening"


async def test_what_waited_long_ago_is_forgotten(store: SqlStore) -> None:
    old, new = await store.put_in_line([waits("i-1", 1), waits("i-2", 1)], EVERY)
    assert await store.forget_put_off(old.until) == 0
    assert [await store.forget_put_off(new.until) for _ in range(2)] == [1, 0]
    assert await store.put_off_by("w-1") == (new,)
