"""`sweep`: compare the payment company's books with ours now, without waiting for the daily hour."""

import asyncio
from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from cli.connections import open_client, settings
from cli.errors import BadInputError, FailedError
from cli.options import Json, instant, now
from cli.output import print_json
from dunning.sweep_report import SweepReport, headline, lines
from dunning.sweeping import SweepOrder, end_at, workflow_id
from workflows.sweep import Sweep

LOOK_EVERY = 2.0
"""Seconds between two looks at what the sweep waits for."""
PATIENCE = timedelta(seconds=10)
"""So long a worker may take to begin."""
TRIES = 3
"""A step that failed so often is waiting for something."""

Run = WorkflowHandle[Sweep, SweepReport]


async def sweep(
    *,
    since: Annotated[str, Parameter(help="From when, like 2026-11-20T00:00:00Z (default: three days before).")] = "",
    until: Annotated[str, Parameter(help="Until when (default: now).")] = "",
    json: Json = False,
) -> None:
    """Compare the payment company's books with ours, and heal what is missing here. Safe to repeat.

    The worker does it. When it found something, Billing has a ticket with the same report.
    """
    order = _order(since, until)
    async with open_client() as client:
        report = await _report(await _start(client, order))
    if json:
        print_json(report)
    else:
        print(headline(report), *(line.replace("**", "") for line in lines(report)), sep="\n")


def _order(since: str, until: str) -> SweepOrder:
    begin = instant(since, "--since") if since else None
    end = instant(until, "--until") if until else end_at(now())
    if begin and begin >= end:
        raise BadInputError(f"--since: {since} is not before {until or 'now'}")
    return SweepOrder(since=begin, until=end)


async def _start(client: Client, order: SweepOrder) -> Run:
    assert order.until
    return await client.start_workflow(
        Sweep.run,
        order,
        id=workflow_id(order.until),
        task_queue=settings().task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="Sweep asked for on the command line",
    )


async def _report(run: Run) -> SweepReport:
    """Wait for the report. Raises FailedError when what the sweep needs is away; it then goes on by itself."""
    result = asyncio.create_task(run.result())
    try:
        while not result.done():
            await asyncio.wait([result], timeout=LOOK_EVERY)
            if not result.done():
                await _look(run)
        return result.result()
    except WorkflowFailureError as error:
        raise FailedError(f"{run.id} ended without a report: {error.cause}") from None
    finally:
        result.cancel()


async def _look(run: Run) -> None:
    seen = (await run.describe()).raw_description
    stuck = next((each for each in seen.pending_activities if each.attempt >= TRIES and _reason(each)), None)
    if stuck:
        raise _waiting(run, _reason(stuck))
    task = seen.pending_workflow_task
    waiting = now() - task.scheduled_time.ToDatetime(now().tzinfo) if seen.HasField("pending_workflow_task") else None
    if waiting and waiting > PATIENCE and not task.HasField("started_time"):
        queue = settings().task_queue
        raise _waiting(run, f"no worker answers; is worker.py running on the task queue {queue!r}?")


def _reason(activity: PendingActivityInfo) -> str:
    return activity.last_failure.message


def _waiting(run: Run, why: str) -> FailedError:
    return FailedError(f"the sweep waits: {why}\nIt goes on by itself once it can; it is {run.id} in Temporal.")
