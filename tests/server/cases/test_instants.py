"""A payment in the same instant as each timer: both reach the workflow in one task, and the payment wins."""

import asyncio

import pytest

from sandbox.stage.stage import stage
from tests.server.playing import Playing, begin

INSTANTS = [
    ("a-small-orange", 0),
    ("a-small-orange", 5),
    ("a-small-orange", 9),
    ("a-small-orange", 10),
    ("a-small-orange", 30),
    ("courtesy-5-10-35", 5),
    ("courtesy-5-10-35", 10),
    ("hotdoodle", 5),
    ("hotdoodle", 10),
    ("hotdoodle", 20),
    ("hotdoodle", 30),
    ("hotdoodle", 60),
]
FEES = {("hotdoodle", 60): "94.99", ("courtesy-5-10-35", 10): "54.99"}
"""What is owed by then, where it is more than the invoice."""


@pytest.mark.promise(2)
@pytest.mark.req("S2-05", "S3-06")
async def test_a_payment_in_the_instant_of_each_timer_drops_that_step() -> None:
    """With no worker up, the timer fires and the signal is stored; the next worker finds both at once."""
    async with stage() as own:
        cases = [
            (await begin(own, f"AT-{place}", policy, decline=0 if day == 0 else 2), policy, day)
            for place, (policy, day) in enumerate(INSTANTS)
        ]
        await asyncio.gather(*(playing.to_day(day, minutes=-5) for playing, _, day in cases))
        before = [(await playing.levels(), await playing.mails(), await playing.charged()) for playing, _, _ in cases]
        await own.worker.stop()
        for playing, policy, day in cases:
            await _timer_fires(playing, day)
            await playing.signal(f"USD {FEES.get((policy, day), '19.99')}")
        await own.start_worker()
        for (playing, policy, day), (levels, mails, charged) in zip(cases, before, strict=True):
            assert await playing.outcome() == "paid", (policy, day)
            assert await playing.levels() == [*levels, *(["active"] if levels else [])], (policy, day)
            assert await playing.charged() == charged == [], (policy, day)
            new = (await playing.mails())[len(mails) :]
            assert len(new) == 1, (policy, day, new)
            assert new[0].endswith("Confirmation")


async def _timer_fires(playing: Playing, day: int) -> None:
    """Skip to just after the milestone and wait until its timer is in the history."""
    fired = await _timers_fired(playing)
    missing = playing.moment(day, 1) - await playing.skipper.get_current_time(playing.handle)
    passing = asyncio.create_task(playing.skipper.fast_forward(playing.handle, missing))
    async with asyncio.timeout(20):
        while await _timers_fired(playing) == fired:  # noqa: ASYNC110 - the history is the condition
            await asyncio.sleep(0.02)
    passing.cancel()
    await asyncio.gather(passing, return_exceptions=True)


async def _timers_fired(playing: Playing) -> int:
    history = await playing.handle.fetch_history()
    return sum(event.HasField("timer_fired_event_attributes") for event in history.events)
