"""`drift`: look at all restricted services now, without waiting for the next hour."""

from temporalio.common import WorkflowIDConflictPolicy

from cli.shell.connections import open_client, settings
from cli.shell.options import Json, now
from cli.shell.output import print_json, print_report
from cli.shell.wait_for_report import report_of
from dunning.fleet.drift import DriftOrder, workflow_id
from dunning.fleet.drift_report import headline, lines
from workflows.drift import DriftCheck


async def drift(*, json: Json = False) -> None:
    """Compare each restricted service with its panel and from outside, and repair what drifted. Safe to repeat.

    The worker does it. What it repaired, and what a person has to look at, stands in a Support ticket, too.
    """
    at = now().replace(microsecond=0)
    async with open_client() as client:
        run = await client.start_workflow(
            DriftCheck.run,
            DriftOrder(at=at),
            id=workflow_id(at),
            task_queue=settings().task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="Check asked for on the command line",
        )
        report = await report_of(run, "the check")
    if json:
        print_json(report)
    else:
        print_report(headline(report), lines(report))
