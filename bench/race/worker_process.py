"""`python -m bench.race.worker_process real|bare`: a worker as its own process, set up alike for both sides."""

import asyncio
import sys

from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from adapters.temporal.client import connect
from bench.race.bare import Bare
from bench.race.empty import bare_ones, real_ones
from workflows.invoice import InvoiceDunning

SIDES = {
    "real": (InvoiceDunning, real_ones, UnsandboxedWorkflowRunner()),  # as worker.py runs it
    "bare": (Bare, bare_ones, SandboxedWorkflowRunner()),  # the SDK's default
    "bare-unsandboxed": (Bare, bare_ones, UnsandboxedWorkflowRunner()),
}


def queue_of(side: str) -> str:
    """The main task queue of a side."""
    return f"bench-{side}"


async def work(side: str) -> None:
    """Work until killed. The server's address comes from the environment."""
    client = await connect()
    workflow, activities, runner = SIDES[side]
    await asyncio.gather(
        *(
            Worker(
                client,
                task_queue=queue_of(side) + suffix,
                workflows=[] if suffix else [workflow],
                activities=several,
                workflow_runner=runner,
            ).run()
            for suffix, several in activities().items()
        )
    )


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
