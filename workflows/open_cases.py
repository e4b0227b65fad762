"""The hourly check of the table of open cases: one activity, which asks the cases that the table has not heard of."""

from datetime import timedelta

from temporalio import workflow

from workflows.calls import FOR_EVER

with workflow.unsafe.imports_passed_through():
    from activities.fleet.check_open_cases import CheckTable
    from dunning.fleet import open_cases
    from dunning.fleet.open_cases import CheckOrder, CheckReport

PATIENCE = timedelta(hours=1)
HEARTBEAT = timedelta(minutes=5)
"""A page may have two hundred cases, each of which is read back from its history."""


@workflow.defn(name=open_cases.WORKFLOW)
class OpenCasesCheck:
    """For people: nothing is decided by what it writes."""

    @workflow.run
    async def run(self, order: CheckOrder) -> CheckReport:
        """Returns the report, which lies in the history as long as the server keeps it."""
        report = await workflow.execute_activity_method(
            CheckTable.check,
            order,
            start_to_close_timeout=PATIENCE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=FOR_EVER,
            summary="the table of open cases",
        )
        workflow.set_current_details(report.headline)
        return report
