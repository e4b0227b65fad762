"""The sweep and the check for drift, begun now instead of at their hour; what one waits for is told."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from adapters.temporal.cases import away
from adapters.temporal.client import time_for_one_call
from dunning.fleet import drift, sweep
from dunning.fleet.drift import DriftOrder
from dunning.fleet.drift_report import DriftReport
from dunning.fleet.sweep import SweepOrder
from dunning.fleet.sweep_report import SweepReport
from dunning.ports.checks import CheckFailedError
from dunning.ports.outages import PATIENCE, OutageError

LOOK_EVERY = 2.0
"""Seconds between two looks at what the workflow waits for."""
TRIES = 3
"""A step that failed so often is waiting for something."""

Report = TypeVar("Report", SweepReport, DriftReport)


class TemporalChecks:
    """Fits `dunning.ports.checks.Checks`. `queue` is the workflows' task queue.

    `patience`: seconds in which the server answers, and a worker begins.
    """

    def __init__(self, client: Callable[[], Client], queue: str, patience: float = PATIENCE) -> None:
        self._client = client
        self._queue = queue
        self._time = time_for_one_call(patience)

    async def sweep(self, order: SweepOrder) -> SweepReport:
        """Sweep now."""
        assert order.until
        return await self._reported(sweep.WORKFLOW, order, sweep.sweep_id(order.until), "the sweep", SweepReport)

    async def drift(self, order: DriftOrder) -> DriftReport:
        """Check for drift now."""
        assert order.at
        return await self._reported(drift.WORKFLOW, order, drift.drift_id(order.at), "the check", DriftReport)

    async def _reported(
        self, workflow: str, order: SweepOrder | DriftOrder, name: str, what: str, report: type[Report]
    ) -> Report:
        try:
            run = await self._client().start_workflow(
                workflow,
                order,
                id=name,
                task_queue=self._queue,
                result_type=report,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"{what} that somebody asked for".capitalize(),
                rpc_timeout=self._time,
            )
            return await self._report_of(run, what)
        except RPCError as error:
            raise away(error) from None

    async def _report_of(self, run: WorkflowHandle[Any, Report], what: str) -> Report:
        result = asyncio.create_task(run.result())
        try:
            while not result.done():
                await asyncio.wait([result], timeout=LOOK_EVERY)
                if not result.done():
                    await self._look(run, what)
            return result.result()
        except WorkflowFailureError as error:
            raise CheckFailedError(f"{run.id} ended without a report: {error.cause}") from None
        finally:
            result.cancel()

    async def _look(self, run: WorkflowHandle[Any, Any], what: str) -> None:
        """Raises OutageError when the workflow waits for something."""
        seen = (await run.describe(rpc_timeout=self._time)).raw_description
        failing = (each for each in seen.pending_activities if each.attempt >= TRIES)
        stuck = next((each.last_failure.message for each in failing if each.last_failure.message), "")
        if stuck:
            raise _waiting(run, what, stuck)
        if not seen.HasField("pending_workflow_task"):
            return
        task, now = seen.pending_workflow_task, datetime.now(UTC)  # noqa: TID251 - patience is real time
        waited = now - task.scheduled_time.ToDatetime(UTC)
        if waited > self._time and not task.HasField("started_time"):
            nobody = f"no worker answers; is worker.py running on the task queue {self._queue!r}?"
            raise _waiting(run, what, nobody)


def _waiting(run: WorkflowHandle[Any, Any], what: str, why: str) -> OutageError:
    return OutageError(f"{what} waits: {why}; it goes on by itself once it can, as {run.id} in Temporal")
