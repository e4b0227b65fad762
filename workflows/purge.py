"""The daily purge: a thin loop over the kinds of records, page by page. It tells what it removed."""

from datetime import timedelta

from temporalio import workflow

from workflows.calls import FOR_EVER, HEARTBEAT
from workflows.sweep import SCHEDULED

with workflow.unsafe.imports_passed_through():
    from activities.fleet.purge import RemoveExpired
    from dunning.fleet.report import details
    from dunning.keeping import purge
    from dunning.keeping.kinds import Kind
    from dunning.keeping.purge import PurgeOrder, PurgeReport, RemoveOrder

PATIENCE = timedelta(hours=1)
"""Bounds one try at one page; a worker that died is noticed by its heartbeats."""


@workflow.defn(name=purge.WORKFLOW)
class Purge:
    """What is removed today is what had been kept long enough at the schedule's time, however late it really runs."""

    @workflow.run
    async def run(self, order: PurgeOrder) -> PurgeReport:
        """Returns the report, which lies in the history as long as the server keeps it."""
        at = order.at or workflow.info().typed_search_attributes.get(SCHEDULED) or workflow.now()
        report = PurgeReport(at=at)
        for kind in Kind:
            report = await _removed(kind, report)
        workflow.set_current_details(details(report))
        return report


async def _removed(kind: Kind, report: PurgeReport) -> PurgeReport:
    more = True
    while more:
        page = await workflow.execute_activity_method(
            RemoveExpired.remove_expired,
            RemoveOrder(kind=kind, at=report.at),
            start_to_close_timeout=PATIENCE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=FOR_EVER,
            summary=kind.value,
        )
        report, more = report + page.report, page.more
    return report
