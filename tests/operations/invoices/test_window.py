"""The window widens while workers are prompt, narrows while they are not, and waits for nobody where there is none."""

import asyncio

import pytest

from dunning.ports.outages import OutageError
from operations.invoices import window
from operations.invoices.window import FIRST, LEAST, Window


async def passed(room: Window, number: int) -> None:
    """So many cases start one after the other, each as soon as there is room."""
    for place in range(number):
        await room.enter()
        room.leave_when_begun(f"I-{place}")
    await room.close()


class Worker:
    """Does the first tasks of the cases that are `done`."""

    def __init__(self) -> None:
        self.done = set[str]()
        self.asked = list[str]()

    async def until_begun(self, invoice: str) -> None:
        self.asked.append(invoice)
        while invoice not in self.done:  # noqa: ASYNC110 - the test is the worker
            await asyncio.sleep(0.01)


async def full(worker: Worker) -> tuple[Window, asyncio.Task[None]]:
    """A window in which there is no more room, and somebody who waits for as much."""
    room = Window(worker.until_begun)
    for place in range(FIRST):
        await room.enter()
        room.leave_when_begun(f"I-{place}")

    async def enter() -> None:
        for _ in range(FIRST):
            await room.enter()

    waits = asyncio.create_task(enter())
    await asyncio.sleep(0.2)
    assert not waits.done()
    return room, waits


async def test_it_widens_while_workers_are_prompt_and_narrows_while_they_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window, "PROMPT", 0.05)
    monkeypatch.setattr(window, "SLOW", 0.06)

    async def after(invoice: str) -> None:
        del invoice
        await asyncio.sleep(seconds)

    room, seconds = Window(after), 0.0
    await passed(room, 200)
    assert room.width > FIRST + 5
    room, seconds = Window(after), 0.1
    await passed(room, 100)
    assert LEAST <= room.width < FIRST


async def test_nobody_enters_until_the_last_one_s_first_task_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "SILENCE", 60.0)
    worker = Worker()
    room, waits = await full(worker)
    worker.done.add(f"I-{FIRST - 1}")
    async with asyncio.timeout(5):
        await waits
    assert worker.asked == [f"I-{FIRST - 1}"], "with it all before it leave, and nobody asks for them"
    await room.close()


async def test_where_only_the_last_one_is_stuck_somebody_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "SILENCE", 0.4)
    worker = Worker()
    worker.done.add("I-0")
    room, waits = await full(worker)
    async with asyncio.timeout(5):
        await waits
    assert not room.silent
    await room.close()


async def test_where_no_worker_is_it_waits_until_it_is_sure_and_then_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window, "SILENCE", 0.3)
    room, began = Window(Worker().until_begun), asyncio.get_running_loop().time()
    await passed(room, 500)
    assert room.silent
    assert 0.3 <= asyncio.get_running_loop().time() - began < 5


async def test_a_worker_that_was_there_and_is_started_anew_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "SILENCE", 2.0)
    worker = Worker()
    room, waits = await full(worker)
    worker.done.add(f"I-{FIRST - 1}")
    await waits
    monkeypatch.setattr(window, "SILENCE", 0.1)
    room.leave_when_begun("I-later")
    await asyncio.sleep(1)
    assert not room.silent
    worker.done.add("I-later")
    await asyncio.sleep(0.1)
    await room.close()


async def test_a_server_that_is_away_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "_AGAIN", 0.01)
    outages = [OutageError("away")] * 3

    async def begun(invoice: str) -> None:
        del invoice
        if outages:
            raise outages.pop()

    room = Window(begun)
    async with asyncio.timeout(window.SILENCE):
        await passed(room, 3 * FIRST)
    assert (outages, room.silent) == ([], False)
