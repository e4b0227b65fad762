"""The sweep's workflow and its Schedule on a real server, against a company in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleBackfill,
    ScheduleDescription,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    WorkflowHandle,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, Worker

from activities.fleet.sweep import SweepBooks
from activities.notices.open_ticket import OpenTicket
from adapters.store import SqlStore, migrate
from adapters.temporal.schedules import SWEEP, keep_sweep
from dunning.case.facts import Reversal
from dunning.fleet import sweep
from dunning.fleet.sweep import SweepOrder
from dunning.fleet.sweep_report import SweepReport
from operations.money.spread_credit import SpreadCredit
from tests.operations.deaf import NOBODY
from tests.server.fleet.companies import AT, DAY, Company, Desk, payment, reversal
from workflows.sweep import Sweep

QUEUE = "sweeps"
MOST = 2


@dataclass
class Runs:
    """A worker that sweeps, and the books that it compares."""

    client: Client
    store: SqlStore
    company: Company
    desk: Desk

    def worker(self) -> Worker:
        books = SweepBooks(self.company, self.store, self.desk.case, self.desk.deliver, MOST)
        methods = [books.compare, books.heal, OpenTicket(self.store, SpreadCredit(self.store, NOBODY)).open_ticket]
        return Worker(self.client, task_queue=QUEUE, workflows=[Sweep], activities=methods)

    async def sweep(
        self, since: datetime, until: datetime = AT
    ) -> tuple[SweepReport, WorkflowHandle[Sweep, SweepReport]]:
        async with self.worker():
            order, name = SweepOrder(since=since, until=until), sweep.sweep_id(until)
            handle = await self.client.start_workflow(Sweep.run, order, id=name, task_queue=QUEUE)
            return await asyncio.wait_for(handle.result(), 30), handle


@pytest_asyncio.fixture
async def runs(client: Client, tmp_path: Path) -> AsyncIterator[Runs]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = SqlStore(url)
    yield Runs(client, store, Company(), Desk())
    await store.close()


@pytest.mark.req("S0-10")
async def test_more_than_fits_into_one_answer_is_healed_all_the_same_and_told_once(runs: Runs) -> None:
    told = [payment(f"pi_{n}", f"I-{n}", AT - DAY / 2 + timedelta(hours=n)) for n in range(-6, 6)]
    runs.company.told = [*told, reversal("re_1", "pi_0", "I-0", AT - timedelta(minutes=1))]
    report, handle = await runs.sweep(AT - 3 * DAY)
    assert (report.payments, report.reversals, report.in_order) == (12, 1, 0)
    assert (report.payments_healed, report.reversals_healed, len(report.healed)) == (12, 1, 13)
    assert sorted(each.model_dump_json() for each in runs.desk.delivered) == sorted(
        each.model_dump_json() for each in runs.company.told
    )
    assert isinstance(runs.desk.delivered[-1].fact, Reversal), "the oldest slice comes first"
    (ticket,) = await runs.store.tickets("")
    assert ticket.subject == "Sweep of 2026-11-25: 12 payments healed, 1 reversal healed"
    assert "I-3 · pi_3 · USD 19.99 · applied" in ticket.body
    async with runs.worker():
        assert (await _details(handle)).replace("\\", "") == ticket.body
    again, _ = await runs.sweep(AT - 3 * DAY)
    assert again.payments_healed == 12, "this desk opened no case, so the books still lack it"
    assert len(await runs.store.tickets("")) == 1, "one ticket a sweep"


async def _details(handle: WorkflowHandle[Sweep, SweepReport]) -> str:
    return (await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)).current_details


async def test_a_quiet_sweep_opens_no_ticket_and_reads_each_slice_once(runs: Runs) -> None:
    report, handle = await runs.sweep(AT - 3 * DAY, AT - timedelta(hours=1))
    assert not report.needs_a_person
    assert await runs.store.tickets("") == ()
    assert [until - since for since, until in runs.company.spans] == [DAY, DAY, DAY - timedelta(hours=1)]
    async with runs.worker():
        assert "- **window** 2026-11-22 06:00 to 2026-11-25 05:00 UTC" in await _details(handle)


async def test_its_history_replays(runs: Runs) -> None:
    runs.company.told = [payment(f"pi_{n}", f"I-{n}") for n in range(3)]
    runs.company.told[0] = payment("pi_0", "I-0", AT - DAY + timedelta(minutes=1))
    _, handle = await runs.sweep(AT - DAY, AT + timedelta(seconds=1))
    replayer = Replayer(workflows=[Sweep], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(await handle.fetch_history())


async def test_the_schedule_is_made_once_kept_up_to_date_and_stays_paused(runs: Runs) -> None:
    schedule = runs.client.get_schedule_handle(SWEEP)
    await asyncio.gather(keep_sweep(runs.client, QUEUE, 6), keep_sweep(runs.client, QUEUE, 6))
    await _paused(schedule, "the books are being moved")
    await keep_sweep(runs.client, QUEUE, 4)
    found = await _until(schedule, lambda found: _hours(found) == [4])
    assert (found.schedule.state.paused, found.schedule.state.note) == (True, "the books are being moved")
    assert found.schedule.policy == SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=DAY)
    assert {each.astimezone(UTC).hour for each in found.info.next_action_times} == {4}
    await schedule.delete()


async def _paused(schedule: ScheduleHandle, note: str) -> None:
    """What the two who made it at once have told the server may come after the first pause, and undo it."""
    async with asyncio.timeout(30):
        while not (await schedule.describe()).schedule.state.paused:
            await schedule.pause(note=note)
            await asyncio.sleep(0.5)


def _hours(found: ScheduleDescription) -> list[int]:
    return [each.start for calendar in found.schedule.spec.calendars for each in calendar.hour]


async def _until(schedule: ScheduleHandle, wanted: Callable[[ScheduleDescription], bool]) -> ScheduleDescription:
    """The server takes what it was told about a schedule a moment later."""
    async with asyncio.timeout(30):
        while not wanted(found := await schedule.describe()):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
    return found


@pytest.mark.req("S0-10")
async def test_the_schedules_own_time_ends_the_window_and_no_day_is_left_out(runs: Runs) -> None:
    """The sweep of twelve days ago is the last one; nothing ran since. The next one begins where that one ended."""
    await keep_sweep(runs.client, QUEUE, 6)
    schedule = runs.client.get_schedule_handle(SWEEP)
    long_ago = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) - 12 * DAY
    lost = payment("pi_lost", "I-1", long_ago + DAY)
    runs.company.told = [lost]
    async with runs.worker():
        await schedule.backfill(ScheduleBackfill(start_at=long_ago - DAY / 2, end_at=long_ago + DAY / 2))
        first = await _result(runs.client, sweep.sweep_id(long_ago))
        assert (first.since, first.until, first.payments) == (long_ago - 3 * DAY, long_ago, 0)
        before = datetime.now(UTC)
        await schedule.trigger()
        second = await _result(runs.client, await started(runs.client, before))
    assert second.since == long_ago
    assert abs(second.until - before) < timedelta(minutes=1)
    assert [each.id for each in second.healed] == ["pi_lost"]
    await schedule.delete()


async def _result(client: Client, workflow_id: str) -> SweepReport:
    """The report of a sweep that the schedule starts in a moment."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await client.get_workflow_handle_for(Sweep.run, workflow_id).result()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                await asyncio.sleep(0.05)


async def started(client: Client, since: datetime) -> str:
    """The id of the sweep that the schedule started since then."""
    async with asyncio.timeout(30):
        while True:
            for each in (await client.get_schedule_handle(SWEEP).describe()).info.recent_actions:
                action = each.action
                if each.started_at >= since and isinstance(action, ScheduleActionExecutionStartWorkflow):
                    return action.workflow_id
            await asyncio.sleep(0.05)
