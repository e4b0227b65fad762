"""The daily look at the audit log on a real server: Temporal remembers what was the newest link."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from sqlalchemy import text
from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, ScheduleOverlapPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, Worker

from activities.fleet.check_audit import CheckAudit
from activities.notices.open_ticket import OpenTicket
from adapters.store import SqlStore, migrate
from adapters.temporal.schedules import AUDIT, keep_audit
from dunning.audit.words import Words
from dunning.fleet.audit_check import AuditReport
from dunning.tickets.kind import Department, TicketKind
from operations.audit.log import AuditLog
from operations.audit.look import LookAtAudit
from operations.money.spread_credit import SpreadCredit
from sandbox.stage.stage import Stage
from tests.operations.deaf import NOBODY
from workflows.audit import AuditCheck

QUEUE = "audit"


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    opened = SqlStore(url)
    yield opened
    await opened.close()


def worker(client: Client, store: SqlStore) -> Worker:
    ticket = OpenTicket(store, SpreadCredit(store, NOBODY)).open_ticket
    check = CheckAudit(LookAtAudit(store)).check
    return Worker(client, task_queue=QUEUE, workflows=[AuditCheck], activities=[check, ticket])


async def looked(client: Client, before: int) -> AuditReport:
    """Have the schedule look now; `before`: so often it did."""
    schedule = client.get_schedule_handle(AUDIT)
    await schedule.trigger()
    async with asyncio.timeout(30):
        while (info := (await schedule.describe()).info).num_actions <= before:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    action = info.recent_actions[-1].action
    assert isinstance(action, ScheduleActionExecutionStartWorkflow)
    run = client.get_workflow_handle_for(AuditCheck.run, action.workflow_id)
    report = await asyncio.wait_for(run.result(), 30)
    await Replayer(workflows=[AuditCheck], data_converter=pydantic_data_converter).replay_workflow(
        await run.fetch_history()
    )
    return report


async def test_who_cuts_off_the_end_between_two_looks_is_found_by_the_next_one(client: Client, store: SqlStore) -> None:
    audit = AuditLog(store, lambda: datetime.now(UTC))
    await keep_audit(client, QUEUE, 6)
    async with worker(client, store):
        assert (await looked(client, 0)).headline.startswith("Audit log: 0 entries, each as it was written")
        entries = [await audit.write(Words(what="due", by="ann")) for _ in range(5)]
        found = await looked(client, 1)
        assert (found.wrong, found.number, found.link) == (0, 5, entries[-1].link)
        assert found.link in found.headline
        assert await store.tickets("") == ()
        async with store._writing() as connection:
            await connection.execute(text("delete from audit where number > 3"))
        await audit.write(Words(what="void", by="ben"))
        found = await looked(client, 2)
        assert (found.wrong, found.entries, found.number) == (1, 4, 4)
        (ticket,) = await store.tickets("")
        assert (ticket.kind, ticket.department) == (TicketKind.AUDIT_BROKEN, Department.MANAGEMENT)
        assert f"no entry has the link {entries[-1].link}; the end was cut off" in ticket.body
        assert (await looked(client, 3)).wrong == 0, "told once; the newest link is another one now"


async def test_the_worker_made_the_schedule_and_looks(a_stage: Stage) -> None:
    client = await a_stage.connect()
    before = (await client.get_schedule_handle(AUDIT).describe()).info.num_actions
    report = await looked(client, before)
    assert (report.wrong, report.mistakes) == (0, ())


async def test_it_looks_every_day_at_the_hour_of_the_settings(client: Client) -> None:
    await keep_audit(client, QUEUE, 6)
    found = await client.get_schedule_handle(AUDIT).describe()
    first, second, *_ = found.info.next_action_times
    assert (first.astimezone(UTC).hour, first.minute, second - first) == (6, 45, timedelta(days=1))
    assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
