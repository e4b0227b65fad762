"""The Schedule of the daily sweep: made once, and brought up to date by every worker that starts."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from dunning.sweeping import WORKFLOW, SweepOrder

SWEEP = "reprieve-sweep"
CATCH_UP = timedelta(days=1)
"""A server that was down at the hour makes good for it; an older sweep's window is the next one's, too."""


async def keep_sweep(client: Client, queue: str, hour: int) -> None:
    """Have the sweep run daily at that hour, UTC, on the workflows' task queue. Safe to repeat.

    What an operator decided stays: a schedule that was paused stays paused. Raises RPCError.
    """
    sweep = _daily(queue, hour)

    def brought_up_to_date(known: ScheduleUpdateInput) -> ScheduleUpdate:
        sweep.state = known.description.schedule.state
        return ScheduleUpdate(schedule=sweep)

    try:
        await client.create_schedule(SWEEP, sweep)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(SWEEP).update(brought_up_to_date)


def _daily(queue: str, hour: int) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            WORKFLOW,
            SweepOrder(),
            id="sweep",  # the server appends the time: sweep-2026-11-25T06:00:00Z
            task_queue=queue,
            static_summary="Daily sweep: the payment company's books against ours",
        ),
        spec=ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(hour)], comment="the sweep's hour")]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
