"""The look at the way to pay: every few minutes, one activity."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows.calls import HEARTBEAT

with workflow.unsafe.imports_passed_through():
    from activities.fleet.check_outages import CheckWays
    from dunning.fleet import outage_check
    from dunning.fleet.outage_check import LookOrder, LookReport
    from dunning.windows.outage import EVERY

ONCE = RetryPolicy(maximum_attempts=1)
"""What was not seen then is not made good for: the next look comes in minutes."""


@workflow.defn(name=outage_check.WORKFLOW)
class OutageCheck:
    """A look that fails is no failure of the workflow's; without a store it fails, and the next one is on time."""

    @workflow.run
    async def run(self, order: LookOrder) -> LookReport:
        """Returns what was seen, which lies in the history as long as the server keeps it."""
        report = await workflow.execute_activity_method(
            CheckWays.check,
            LookOrder(at=order.at or workflow.now()),
            start_to_close_timeout=EVERY - timedelta(minutes=1),
            schedule_to_start_timeout=EVERY / 2,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=ONCE,
            summary="portal, gateway, outgoing mail",
        )
        workflow.set_current_details(report.headline)
        return report
