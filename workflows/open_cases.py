"""The hourly check: the table of open cases, credit, subscriptions, those that a processor runs, and windows."""

from datetime import timedelta

from temporalio import workflow

from workflows.calls import FOR_EVER

with workflow.unsafe.imports_passed_through():
    from activities.fleet.check_open_cases import CheckTable
    from activities.fleet.follow_windows import FollowWindows
    from activities.payments.tell_of_credit import TellOfCredit
    from activities.processors import LookAtProcessors
    from activities.subscriptions.renewals import Renewals
    from dunning.fleet import open_cases
    from dunning.fleet.open_cases import CheckOrder, CheckReport, CreditCheck, FollowUpOrder, KeepOrder, LookOrder

PATIENCE = timedelta(hours=1)
HEARTBEAT = timedelta(minutes=5)
"""A page may have two hundred cases, each of which is read back from its history."""


@workflow.defn(name=open_cases.WORKFLOW)
class OpenCasesCheck:
    """What it writes into the table is for people; a case that is told of credit decides itself."""

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
        told = await workflow.execute_activity_method(
            TellOfCredit.tell_of_credit,
            CreditCheck(at=workflow.now()),
            start_to_close_timeout=PATIENCE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=FOR_EVER,
            summary="credit that open invoices have not heard of",
        )
        again = await workflow.execute_activity_method(
            Renewals.keep_subscriptions,
            KeepOrder(at=workflow.now()),
            start_to_close_timeout=PATIENCE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=FOR_EVER,
            summary="subscriptions that somebody ended at the server",
        )
        paid = await workflow.execute_activity_method(
            LookAtProcessors.look_at_processors,
            LookOrder(at=workflow.now()),
            start_to_close_timeout=PATIENCE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=FOR_EVER,
            summary="payments of subscriptions that a processor runs",
        )
        followed = await workflow.execute_activity_method(
            FollowWindows.follow_windows,
            FollowUpOrder(at=workflow.now()),
            start_to_close_timeout=PATIENCE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=FOR_EVER,
            summary="what waited for maintenance windows that are over",
        )
        more = {"told_of_credit": told, "subscriptions": again, "processor_payments": paid, "windows": followed}
        report = report.model_copy(update=more)
        workflow.set_current_details(report.headline)
        return report
