"""`python -m bench.importing.bare FILE`: the baseline. A bare loop starts the same cases, twenty at a time."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.temporal.attributes import typed
from adapters.temporal.client import connect
from bench.importing.rows import POLICY, read_rows
from dunning.case.case import Opened, open_case
from dunning.explain.temporal_ui import case_summary, shown
from dunning.names import WORKFLOW, workflow_id
from dunning.rules.machine import decide
from operations.invoices.new_invoice import NewInvoice, fitting
from sandbox.stage.stage import QUEUE

AT_ONCE = 20


async def loop(rows: list[NewInvoice]) -> None:
    """Start all. Nothing is checked, stored or waited for, and what is the same for all is made once."""
    client, now = await connect(), datetime.now(UTC)  # noqa: TID251 - real time is what is measured
    plan = fitting(rows[0], load_policy(POLICY, ROOT / "policies"))
    inputs = [Opened(invoice=row.invoice_facts(), plan=plan, reach="outside", generation=1) for row in rows]
    case = open_case(inputs[0], now)
    seen, queue = typed(shown(case, decide(case, now))), iter(inputs)

    async def work() -> None:
        for opened in queue:
            await client.start_workflow(
                WORKFLOW,
                opened,
                id=workflow_id(opened.invoice.number),
                task_queue=QUEUE,
                static_summary=case_summary(opened.invoice),
                search_attributes=seen,
            )

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(loop(read_rows(Path(sys.argv[1]))))
    os._exit(0)  # as starter.py does
