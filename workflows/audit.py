"""The daily look at the audit log: is it as it was written, with what was the newest link the day before?"""

from datetime import timedelta

from temporalio import workflow

from workflows.calls import FOR_EVER, HEARTBEAT

with workflow.unsafe.imports_passed_through():
    from activities.fleet.check_audit import CheckAudit
    from activities.notices.open_ticket import OpenTicket
    from dunning.fleet import audit_check
    from dunning.fleet.audit_check import AuditOrder, AuditReport

PATIENCE = timedelta(hours=1)


@workflow.defn(name=audit_check.WORKFLOW)
class AuditCheck:
    """Temporal keeps what was the newest link: who can write to the store alone cannot cut off what came before it."""

    @workflow.run
    async def run(self, order: AuditOrder) -> AuditReport:
        """Returns the report, which lies in the history as long as the server keeps it; mistakes become a ticket."""
        last = workflow.get_last_completion_result(AuditReport)
        report = await workflow.execute_activity_method(
            CheckAudit.check,
            AuditOrder(expect=order.expect or (last.link if last and last.entries else "")),
            start_to_close_timeout=PATIENCE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=FOR_EVER,
            summary="the audit log, hashed again",
        )
        workflow.set_current_details(report.headline)
        if report.wrong:
            await workflow.execute_activity_method(
                OpenTicket.open_ticket,
                audit_check.audit_ticket(report, workflow.now()),
                start_to_close_timeout=timedelta(seconds=30),
                retry_policy=FOR_EVER,
                summary=report.headline,
            )
        return report
