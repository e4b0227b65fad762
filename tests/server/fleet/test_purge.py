"""The daily purge: a schedule, a workflow, and the worker that removes what has been kept long enough."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from adapters.temporal.schedules import PURGE
from dunning.keeping.purge import PurgeReport
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from sandbox.stage.stage import Stage
from workflows.purge import Purge


async def closed(stage: Stage, step: str, days: int) -> str:
    """Give the key of a ticket that somebody closed so many days ago."""
    at = datetime.now(UTC) - timedelta(days=days)
    order = TicketOrder(
        invoice="", account="purged", step=step, at=at, kind=TicketKind.SWEEP, subject="look", body="please"
    )
    await stage.store.open_ticket(order)
    await stage.store.close_tickets([order.key], at, "ana", "done")
    return order.key


@pytest.mark.req("S1-08")
async def test_its_schedule_purges_daily_and_the_report_says_what_was_removed(a_stage: Stage) -> None:
    over, kept = await closed(a_stage, "purge-over", 731), await closed(a_stage, "purge-kept", 729)
    client = await a_stage.connect()
    schedule = client.get_schedule_handle(PURGE)
    found = await schedule.describe()
    hours = {(at.hour, at.minute) for at in found.info.next_action_times}
    assert hours == {(int(a_stage.env["REPRIEVE_SWEEP_HOUR"]), 30)}
    await schedule.trigger()
    async with asyncio.timeout(60):
        while await a_stage.store.ticket(over):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        while not (runs := (await schedule.describe()).info.recent_actions):  # noqa: ASYNC110 - the server notes it
            await asyncio.sleep(0.1)
        run: WorkflowHandle[Purge, PurgeReport] = client.get_workflow_handle_for(
            Purge.run,
            runs[-1].action.workflow_id,  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]
        )
        report = await run.result()
    assert await a_stage.store.ticket(kept)
    assert report.removed["tickets"] >= 1
    replayer = Replayer(workflows=[Purge], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(await run.fetch_history())
