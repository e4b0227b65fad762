"""Waiting for the report of a workflow that a worker runs; what it waits for itself is told instead of silence."""

import asyncio
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import WorkflowFailureError, WorkflowHandle

from cli.shell.connections import settings
from cli.shell.errors import FailedError
from cli.shell.options import now

LOOK_EVERY = 2.0
"""Seconds between two looks at what the workflow waits for."""
PATIENCE = timedelta(seconds=10)
"""So long a worker may take to begin."""
TRIES = 3
"""A step that failed so often is waiting for something."""

Report = TypeVar("Report")


async def report_of(run: WorkflowHandle[Any, Report], what: str) -> Report:
    """The report of `what`. Raises FailedError when something it needs is away; the workflow then goes on by itself."""
    result = asyncio.create_task(run.result())
    try:
        while not result.done():
            await asyncio.wait([result], timeout=LOOK_EVERY)
            if not result.done():
                await _look(run, what)
        return result.result()
    except WorkflowFailureError as error:
        raise FailedError(f"{run.id} ended without a report: {error.cause}") from None
    finally:
        result.cancel()


async def _look(run: WorkflowHandle[Any, Any], what: str) -> None:
    seen = (await run.describe()).raw_description
    stuck = next((each for each in seen.pending_activities if each.attempt >= TRIES and _reason(each)), None)
    if stuck:
        raise _waiting(run, what, _reason(stuck))
    task = seen.pending_workflow_task
    waiting = now() - task.scheduled_time.ToDatetime(now().tzinfo) if seen.HasField("pending_workflow_task") else None
    if waiting and waiting > PATIENCE and not task.HasField("started_time"):
        queue = settings().task_queue
        raise _waiting(run, what, f"no worker answers; is worker.py running on the task queue {queue!r}?")


def _reason(activity: PendingActivityInfo) -> str:
    return activity.last_failure.message


def _waiting(run: WorkflowHandle[Any, Any], what: str, why: str) -> FailedError:
    return FailedError(f"{what} waits: {why}\nIt goes on by itself once it can; it is {run.id} in Temporal.")
