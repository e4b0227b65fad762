"""Request Cancellation in Temporal's UI: the case takes note, a person hears of it, and the invoice is looked after."""

import asyncio

from temporalio.client import WorkflowExecutionStatus

from dunning.tickets.kind import TicketKind
from sandbox.stage.stage import Stage, stage
from tests.server.playing import PATIENCE, Playing, begin

ASO = "a-small-orange"


async def test_a_case_that_waits_goes_on(a_stage: Stage) -> None:
    life = await begin(a_stage, "CAN-wait", ASO, decline=1)
    await life.to_day(1)
    await life.handle.cancel()
    await life.handle.cancel()
    await life.to_day(10)
    assert await life.levels() == ["suspended"]
    assert await _asked(life) == ["Somebody asked Temporal to cancel CAN-wait"]
    await life.signal()
    assert await life.outcome() == "paid"
    assert await life.levels() == ["suspended", "active"]
    assert (await life.handle.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_a_step_that_is_under_way_is_finished_and_recorded_once(a_stage: Stage) -> None:
    life = await begin(a_stage, "CAN-step", ASO, decline=1)
    await life.to_day(10, minutes=-60)
    panel = a_stage.companies.panel
    await panel.script(life.user, "hold")
    passing = asyncio.create_task(life.to_day(10))
    await panel.until_held(life.user)
    await life.handle.cancel()
    await panel.release(life.user)
    await passing
    assert await life.levels() == ["suspended"]
    assert [done.kind for done in (await life.case()).done if done.step == "suspend"] == ["restricted"]
    assert len(await _asked(life)) == 1


async def test_one_that_has_hardly_begun_goes_on() -> None:
    async with stage() as own:
        await own.worker.stop()
        life = await begin(own, "CAN-new", ASO)
        await life.handle.cancel()
        await own.start_worker()
        await life.to_day(0)
        assert await life.outcome() == "paid"
        assert await life.charged() == [1999]
        assert len(await _asked(life)) == 1


async def _asked(life: Playing) -> list[str]:
    """Subjects of the tickets about it, once they are there."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await _tickets(life)):  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.1)
    return found


async def _tickets(life: Playing) -> list[str]:
    tickets = await life.stage.store.tickets(life.account)
    return [each.subject for each in tickets if each.kind is TicketKind.CANCELLATION_ASKED]
