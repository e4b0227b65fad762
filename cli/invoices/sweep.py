"""`sweep`: compare the gateway's books with ours now, without waiting for the daily hour."""

from typing import Annotated

from cyclopts import Parameter
from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from cli.shell.connections import open_client, settings
from cli.shell.errors import BadInputError
from cli.shell.options import Json, instant, now
from cli.shell.output import print_json, print_report
from cli.shell.wait_for_report import report_of
from dunning.fleet.sweep import SweepOrder, end_at, workflow_id
from dunning.fleet.sweep_report import SweepReport, headline, lines
from workflows.sweep import Sweep


async def sweep(
    *,
    since: Annotated[str, Parameter(help="From when, like 2026-11-20T00:00:00Z (default: three days before).")] = "",
    until: Annotated[str, Parameter(help="Until when (default: now).")] = "",
    json: Json = False,
) -> None:
    """Compare the gateway's books with ours, and heal what is missing here. Safe to repeat.

    The worker does it. When it found something, Billing has a ticket with the same report.
    """
    order = _order(since, until)
    async with open_client() as client:
        report = await report_of(await _start(client, order), "the sweep")
    if json:
        print_json(report)
    else:
        print_report(headline(report), lines(report))


def _order(since: str, until: str) -> SweepOrder:
    begin = instant(since, "--since") if since else None
    end = instant(until, "--until") if until else end_at(now())
    if begin and begin >= end:
        raise BadInputError(f"--since: {since} is not before {until or 'now'}")
    return SweepOrder(since=begin, until=end)


async def _start(client: Client, order: SweepOrder) -> WorkflowHandle[Sweep, SweepReport]:
    assert order.until
    return await client.start_workflow(
        Sweep.run,
        order,
        id=workflow_id(order.until),
        task_queue=settings().task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="Sweep asked for on the command line",
    )
