"""Queues, rate limits and priority: neither a wave of mails nor one of suspensions delays a reinstatement."""

import asyncio

import pytest

from sandbox.stage.stage import Stage, stage
from tests.server.playing import begin

ASO = "a-small-orange"
WAVE = 14


@pytest.mark.promise(7)
async def test_a_reinstatement_goes_ahead_of_a_wave_of_suspensions() -> None:
    """The panel takes two calls a second. The wave came first, and yet most of it waits for the customer who paid."""
    async with stage(settings={"REPRIEVE_PANEL_CALLS_PER_SECOND": "2"}) as own:
        paid = await begin(own, "Q-paid", ASO, decline=1)
        await paid.to_day(10)
        wave = [await begin(own, f"Q-wave-{n}", ASO, decline=1) for n in range(WAVE)]
        await asyncio.gather(*(each.to_day(9) for each in wave))
        passing = [asyncio.create_task(each.to_day(10)) for each in wave]
        await _until_changes(own, 3)
        await paid.signal()
        assert await paid.outcome() == "paid"
        before = len((await own.companies.panel.books()).journal)
        await asyncio.gather(*passing)
        journal = [change.user for change in (await own.companies.panel.books()).journal]
        assert len(journal) == WAVE + 2
        assert before < len(journal) - 2, f"the paid customer waited behind the wave: {journal}"


async def test_a_wave_of_mails_does_not_delay_a_reinstatement() -> None:
    """Mails go at three a second on a queue of their own."""
    async with stage(settings={"REPRIEVE_MAILS_PER_SECOND": "3"}) as own:
        paid = await begin(own, "Q-mail-paid", ASO, decline=1)
        await paid.to_day(10)
        wave = [await begin(own, f"Q-mail-{n}", ASO) for n in range(WAVE)]
        passing = [asyncio.create_task(each.to_day(-10)) for each in wave]
        await paid.signal()
        async with asyncio.timeout(20):
            while await paid.levels() != ["suspended", "active"]:  # noqa: ASYNC110 - the journal is the condition
                await asyncio.sleep(0.02)
        waiting = [each for each in wave if not await each.mails()]
        assert waiting, "the reinstatement came after all mails"
        await asyncio.gather(*passing)
        assert await paid.outcome() == "paid"


async def _until_changes(own: Stage, count: int) -> None:
    async with asyncio.timeout(30):
        while len((await own.companies.panel.books()).journal) < count:  # noqa: ASYNC110 - the journal is the condition
            await asyncio.sleep(0.02)
