"""The daily sweep: a thin loop over slices of time. It compares, heals, and tells Billing what it did."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from workflows.calls import FOR_EVER, HEARTBEAT

with workflow.unsafe.imports_passed_through():
    from activities.fleet.sweep import SweepBooks
    from activities.notices.open_ticket import OpenTicket
    from dunning.fleet import sweep
    from dunning.fleet.report import details
    from dunning.fleet.sweep import CompareOrder, HealOrder, SweepOrder
    from dunning.fleet.sweep_report import SweepReport

SCHEDULED = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""What the schedule says: its own time, however late the workflow really started."""
PATIENCE = timedelta(hours=1)
"""Bounds one try at one slice; a worker that died is noticed by its heartbeats."""

T = TypeVar("T")


@workflow.defn(name=sweep.WORKFLOW)
class Sweep:
    """Its activities run on the main queue: the charging queue's limit is for charges, and a sweep has its hour."""

    @workflow.run
    async def run(self, order: SweepOrder) -> SweepReport:
        """Returns the report, which lies in the history as long as the server keeps it, and in Billing's ticket."""
        whole = sweep.window(order, _scheduled(), _last_end())
        report, todo = sweep.nothing(whole), list(sweep.slices(whole))
        while todo:
            part = todo.pop(0)
            found = await _swept(SweepBooks.compare, part, _label("compare", part))
            if found.too_many:
                todo = [*sweep.halves(part), *todo]
                continue
            report += found.report
            if found.missing:
                heal = HealOrder(since=part.since, until=part.until, news=found.missing)
                report += await _swept(SweepBooks.heal, heal, _label("heal", part))
            workflow.set_current_details(details(report))
        if report.needs_a_person:
            await _tell_billing(report)
        return report


def _scheduled() -> datetime:
    return workflow.info().typed_search_attributes.get(SCHEDULED) or workflow.now()


def _last_end() -> datetime | None:
    last = workflow.get_last_completion_result(SweepReport)
    return last.until if last else None


def _label(what: str, part: CompareOrder) -> str:
    return f"{what} · {part.since:%d %b %Y %H:%M} to {part.until:%d %b %Y %H:%M} UTC"


async def _swept(method: Callable[[Any, Any], Awaitable[T]], order: CompareOrder, summary: str) -> T:
    return await workflow.execute_activity_method(
        method,
        order,
        start_to_close_timeout=PATIENCE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=FOR_EVER,
        summary=summary,
    )


async def _tell_billing(report: SweepReport) -> None:
    await workflow.execute_activity_method(
        OpenTicket.open_ticket,
        sweep.sweep_ticket(report),
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=FOR_EVER,
        summary=report.headline,
    )
