"""The window widens while workers are prompt, narrows while they are not, and waits for nobody where there is none."""

import asyncio

import pytest

from operations import window
from operations.window import FIRST, LEAST, Window


async def passed(room: Window, number: int) -> None:
    """So many cases start one after the other, each as soon as there is room."""
    for place in range(number):
        await room.enter()
        room.leave_when_begun(f"I-{place}")
    await room.close()


async def test_it_widens_while_workers_are_prompt_and_narrows_while_they_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window, "PROMPT", 0.05)
    monkeypatch.setattr(window, "SLOW", 0.06)

    async def after(invoice: str) -> bool:
        del invoice
        await asyncio.sleep(seconds)
        return True

    room, seconds = Window(after), 0.0
    await passed(room, 200)
    assert room.width > FIRST + 5
    room, seconds = Window(after), 0.1
    await passed(room, 100)
    assert LEAST <= room.width < FIRST


async def test_nobody_enters_until_somebody_s_first_task_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "SILENCE", 60.0)
    done = set[str]()

    async def begun(invoice: str) -> bool:
        return invoice in done

    room = Window(begun)
    for place in range(FIRST):
        await room.enter()
        room.leave_when_begun(f"I-{place}")
    waits = asyncio.create_task(room.enter())
    await asyncio.sleep(0.5)
    assert not waits.done()
    done.add("I-3")
    async with asyncio.timeout(5):
        await waits
    await room.close()


async def test_where_no_worker_is_it_waits_until_it_is_sure_and_then_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window, "SILENCE", 0.3)

    async def never(invoice: str) -> bool:
        del invoice
        return False

    room, began = Window(never), asyncio.get_running_loop().time()
    await passed(room, 500)
    assert room.silent
    assert 0.3 <= asyncio.get_running_loop().time() - began < 5
