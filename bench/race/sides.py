"""The three sides of the race: bare, real with empty activities, and full. Each lives one whole life on its own."""

import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.temporal.attributes import typed
from bench.cost.lives import a_row
from bench.race.bare import Bare, Script, Step
from bench.race.worker_process import SIDES, queue_of
from dunning.case.case import Opened, open_case
from dunning.explain.temporal_ui import case_summary, shown
from dunning.names import workflow_id
from dunning.policy.file import Policy
from dunning.rules.machine import decide
from operations.invoices.new_invoice import fitting
from sandbox.stage.child import Child
from sandbox.stage.stage import Stage
from workflows.invoice import InvoiceDunning

Life = Callable[[str], Awaitable[object]]
"""Lives one whole life under that name."""


async def sides(stage: Stage, policy_name: str, days_ahead: int) -> tuple[Script, dict[str, Life]]:
    """The sides by name, for one kind of life; one real life is played first to see its timers and activities."""
    policy, client = load_policy(policy_name, ROOT / "policies"), (await stage.skipper()).client
    start = _starting(client, policy, days_ahead)
    pattern = await start(f"PATTERN-{policy_name}")
    await pattern.result()
    script = _script_of((await pattern.fetch_history()).events)

    async def bare(name: str) -> object:
        return await client.execute_workflow(Bare.run, script, id=name, task_queue=queue_of("bare"))

    async def unsandboxed(name: str) -> object:
        return await client.execute_workflow(Bare.run, script, id=name, task_queue=queue_of("bare-unsandboxed"))

    async def real(name: str) -> object:
        return await (await start(name)).result()

    async def full(name: str) -> object:
        row = await stage.with_payer(a_row(name, policy, days_ahead))
        await stage.open(client, row, policy)
        return await client.get_workflow_handle(workflow_id(name)).result()

    return script, {"bare": bare, "real": real, "bare-unsandboxed": unsandboxed, "full": full}


def _starting(client: Client, policy: Policy, days_ahead: int) -> Callable[[str], Awaitable[WorkflowHandle[Any, str]]]:
    """Starts InvoiceDunning as `operations.invoices.open_invoice` does, without the store."""
    row = a_row("PATTERN", policy, days_ahead)
    opened = Opened(invoice=row.invoice_facts(), plan=fitting(row, policy), reach="outside", generation=1)
    at = opened.plan.milestones[0].at
    case = open_case(opened, at)
    seen, summary = typed(shown(case, decide(case, at))), case_summary(opened.invoice)

    async def start(name: str) -> WorkflowHandle[Any, str]:
        invoice = opened.invoice.model_copy(update={"number": name})
        return await client.start_workflow(
            InvoiceDunning.run,
            opened.model_copy(update={"invoice": invoice}),
            id=workflow_id(name),
            task_queue=queue_of("real"),
            static_summary=summary,
            search_attributes=seen,
        )

    return start


def _script_of(events: Iterable[HistoryEvent]) -> Script:
    steps: list[Step] = []
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            wait = event.timer_started_event_attributes.start_to_fire_timeout
            steps.append(Step(seconds=wait.ToTimedelta().total_seconds()))
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            queue = event.activity_task_scheduled_event_attributes.task_queue.name
            steps.append(Step(queue=queue.removeprefix(queue_of("real"))))
    return Script(steps=tuple(steps))


@asynccontextmanager
async def worker_processes(stage: Stage) -> AsyncGenerator[None]:
    """The worker processes of `bare` and `real`; `full` has the stage's own."""
    with (stage.folder / "bench.log").open("ab") as log:
        children = [Child([sys.executable, "-m", "bench.race.worker_process", side], stage.env, log) for side in SIDES]
        try:
            for child in children:
                await child.start()
            yield
        finally:
            for child in children:
                await child.stop()
