"""The hourly check of restricted services: a thin loop over pages of accounts. It tells Support what it found."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import Priority

from workflows.calls import BOOKS, FOR_EVER, HEARTBEAT, PANEL
from workflows.sweep import SCHEDULED

with workflow.unsafe.imports_passed_through():
    from activities.fleet.drift import CheckDrift
    from activities.notices.open_ticket import OpenTicket
    from dunning.fleet import drift
    from dunning.fleet.drift import DriftOrder, Page, PageOrder
    from dunning.fleet.drift_report import DriftReport
    from dunning.fleet.report import details

PATIENCE = timedelta(hours=1)
"""Bounds one try at one page; a worker that died is noticed by its heartbeats."""
LAST = Priority(priority_key=5)
"""On the panel's queue everything goes before it."""


@workflow.defn(name=drift.WORKFLOW)
class DriftCheck:
    """Its pages run on the panel's queue, behind all that customers and invoices wait for."""

    @workflow.run
    async def run(self, order: DriftOrder) -> DriftReport:
        """Returns the report, which lies in the history as long as the server keeps it, and in the ticket if any."""
        at = order.at or _scheduled()
        report, after, more = DriftReport(at=at), "", True
        while more:
            page = await _checked(PageOrder(at=at, after=after))
            report += page.report
            after, more = page.last, bool(page.last)
            workflow.set_current_details(details(report))
        if report.told:
            await _tell_support(report)
        return report


def _scheduled() -> datetime:
    return workflow.info().typed_search_attributes.get(SCHEDULED) or workflow.now()


async def _checked(order: PageOrder) -> Page:
    return await workflow.execute_activity_method(
        CheckDrift.check,
        order,
        task_queue=workflow.info().task_queue + PANEL,
        start_to_close_timeout=PATIENCE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=FOR_EVER,
        priority=LAST,
        summary=f"accounts after {order.after}" if order.after else "the first accounts",
    )


async def _tell_support(report: DriftReport) -> None:
    await workflow.execute_activity_method(
        OpenTicket.open_ticket,
        drift.drift_ticket(report),
        task_queue=workflow.info().task_queue + BOOKS,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=FOR_EVER,
        summary=report.headline,
    )
