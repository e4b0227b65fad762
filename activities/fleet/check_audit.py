"""The daily look at the audit log, as an activity."""

import structlog
from temporalio import activity

from activities.heartbeat import beating
from dunning.fleet.audit_check import AuditOrder, AuditReport, report_of
from operations.audit.look import LookAtAudit

log = structlog.stdlib.get_logger("reprieve.audit")


class CheckAudit:
    """Only reads. What it says goes into the worker's log, too: that is kept elsewhere than the store."""

    def __init__(self, look: LookAtAudit) -> None:
        self._look = look

    @activity.defn(name="check_audit")
    async def check(self, order: AuditOrder) -> AuditReport:
        """Safe to repeat. Raises StoreOutageError."""
        async with beating():
            report = report_of(await self._look.verify(order.expect))
        log.info("audit log", number=report.number, link=report.link, entries=report.entries, wrong=report.wrong)
        return report
