"""The Schedules of the daily sweep, purge and checks, and of the hourly ones: made once, kept by every worker."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from dunning.fleet import audit_check, drift, open_cases, outage_check, sweep
from dunning.fleet.audit_check import AuditOrder
from dunning.fleet.drift import DriftOrder
from dunning.fleet.open_cases import CheckOrder
from dunning.fleet.outage_check import LookOrder
from dunning.fleet.sweep import SweepOrder
from dunning.keeping import purge
from dunning.keeping.purge import PurgeOrder
from dunning.windows.outage import EVERY

SWEEP, DRIFT, OPEN_CASES, OUTAGES = "reprieve-sweep", "reprieve-drift", "reprieve-open-cases", "reprieve-outages"
AUDIT = "reprieve-audit"
PURGE = "reprieve-purge"
CATCH_UP = timedelta(days=1)
"""A server that was down at the hour makes good for it; an older sweep's window is the next one's, too."""
NEXT_HOUR = timedelta(hours=1)
"""A check that was missed is not made good for: the next one looks at everything again."""


async def keep_sweep(client: Client, queue: str, hour: int) -> None:
    """Have the sweep run daily at that hour, UTC, on the workflows' task queue. Safe to repeat.

    What an operator decided stays: a schedule that was paused stays paused. Raises RPCError.
    """
    action = ScheduleActionStartWorkflow(
        sweep.WORKFLOW,
        SweepOrder(),
        id="sweep",  # the server appends the time: sweep-2026-11-25T06:00:00Z
        task_queue=queue,
        static_summary="Daily sweep: the gateway's books against ours",
    )
    await _keep(client, SWEEP, _daily(action, hour, 0))


async def keep_audit(client: Client, queue: str, hour: int) -> None:
    """Have the audit log looked at daily, 45 minutes after that hour, UTC, on the workflows' task queue. As above."""
    action = ScheduleActionStartWorkflow(
        audit_check.WORKFLOW,
        AuditOrder(),
        id="audit",  # the server appends the time
        task_queue=queue,
        static_summary="Daily check: is the audit log as it was written?",
    )
    await _keep(client, AUDIT, _daily(action, hour, 45))


async def keep_purge(client: Client, queue: str, hour: int) -> None:
    """Have what was kept long enough removed daily, half an hour after that hour, UTC, on that task queue. As above."""
    action = ScheduleActionStartWorkflow(
        purge.WORKFLOW,
        PurgeOrder(),
        id="purge",  # the server appends the time
        task_queue=queue,
        static_summary="Daily purge: what has been kept for as long as the settings say",
    )
    await _keep(client, PURGE, _daily(action, hour, 30))


async def keep_drift(client: Client, queue: str, minute: int) -> None:
    """Have the check of restricted services run hourly at that minute, on the workflows' task queue. As above."""
    action = ScheduleActionStartWorkflow(
        drift.WORKFLOW,
        DriftOrder(),
        id="drift",  # the server appends the time
        task_queue=queue,
        static_summary="Hourly check: restricted services against their panels, and from outside",
    )
    await _keep(client, DRIFT, _hourly(action, minute))


async def keep_open_cases(client: Client, queue: str, minute: int) -> None:
    """Have the table of open cases compared hourly at that minute, on the workflows' task queue. As above."""
    action = ScheduleActionStartWorkflow(
        open_cases.WORKFLOW,
        CheckOrder(),
        id="open-cases",  # the server appends the time
        task_queue=queue,
        static_summary="Hourly check: the table of open cases against the cases",
    )
    await _keep(client, OPEN_CASES, _hourly(action, minute))


async def keep_outages(client: Client, queue: str, *, wanted: bool) -> None:
    """Have the way to pay looked at every few minutes, on the workflows' task queue, or not at all. As above."""
    if not wanted:
        await _drop(client, OUTAGES)
        return
    action = ScheduleActionStartWorkflow(
        outage_check.WORKFLOW,
        LookOrder(),
        id="outages",  # the server appends the time
        task_queue=queue,
        static_summary="Can customers pay? The portal, the gateway, outgoing mail",
    )
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=EVERY)
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)])
    await _keep(client, OUTAGES, Schedule(action=action, spec=spec, policy=policy))


async def _drop(client: Client, name: str) -> None:
    try:
        await client.get_schedule_handle(name).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def _keep(client: Client, name: str, wanted: Schedule) -> None:
    def brought_up_to_date(known: ScheduleUpdateInput) -> ScheduleUpdate:
        wanted.state = known.description.schedule.state
        return ScheduleUpdate(schedule=wanted)

    try:
        await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(brought_up_to_date)


def _daily(action: ScheduleActionStartWorkflow, hour: int, minute: int) -> Schedule:
    every = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)], comment="the sweep's hour")
    return Schedule(
        action=action,
        spec=ScheduleSpec(calendars=[every]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


def _hourly(action: ScheduleActionStartWorkflow, minute: int) -> Schedule:
    every = ScheduleCalendarSpec(hour=[ScheduleRange(0, 23)], minute=[ScheduleRange(minute)], comment="every hour")
    return Schedule(
        action=action,
        spec=ScheduleSpec(calendars=[every]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=NEXT_HOUR),
    )
