"""Whatever dies in the middle of a renewal: one invoice, one number, none missing; and years go on in another run."""

import asyncio
import signal
import sys
from datetime import timedelta

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from adapters.store import migrate
from composition import Composition, now
from dunning.fleet.open_cases import WORKFLOW, CheckOrder
from dunning.subscriptions.subscription import Cancel
from dunning.tickets.kind import TicketKind
from sandbox.stage.child import Child
from sandbox.stage.stage import QUEUE, Stage, stage
from tests.server.payments.test_money_in import until_true
from tests.server.subscriptions.playing import WHO, new
from workflows.subscription import SubscriptionRenewal

DIES = """
import os, signal, sys
from adapters.store import SqlStore
from adapters.temporal.cases import TemporalCases
from adapters.temporal.subscriptions import TemporalSubscriptions
import worker

_, owner, name, when = sys.argv
owner = {"store": SqlStore, "cases": TemporalCases, "subscriptions": TemporalSubscriptions}[owner]
real = getattr(owner, name)

async def dies(*args, **more):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    await real(*args, **more)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, dies)
sys.exit(worker.main())
"""
"""A worker that is killed before or after it does that."""
POINTS = (
    ("store", "number_renewal", "after"),
    ("store", "begin", "after"),
    ("cases", "start", "after"),
)


async def test_workers_that_are_killed_anywhere_open_each_renewal_once() -> None:
    async with stage(worker=False) as own:
        await migrate(own.env["REPRIEVE_STORE_URL"])
        made = own.made(await own.connect())
        await made.registered()
        wanted = new("RENEW-KILLED", now().date(), period="1 day")
        await made.subscribe.subscribe(wanted, made.check_subscription.check(wanted))
        for point in POINTS:
            await killed(own, *point)
        await own.start_worker()

        await until_true(lambda: all_are_open(made, "RENEW-KILLED"))
        renewals = await own.store.renewals("RENEW-KILLED")
        year = now().year
        assert [each.invoice for each in renewals] == [f"INV-{year}-{n + 1:05}" for n in range(len(renewals))]
        assert [each.starts for each in renewals] == [
            wanted.renews_on + timedelta(days=n) for n in range(len(renewals))
        ]
        for each in renewals:
            assert (await made.cases.ask(each.invoice)).invoice.due == each.starts
        open_ = {each.number for each in await own.store.open_invoices("acct-RENEW-KILLED")}
        assert open_ == {each.invoice for each in renewals}
        assert await own.store.tickets("") == ()


async def test_a_worker_that_is_killed_while_it_starts_one_again_does_not_keep_that_from_people() -> None:
    async with stage() as own:
        client = await own.connect()
        made = own.made(client)
        await made.registered()
        wanted = new("RENEW-DIED", (now() + timedelta(days=60)).date())
        await made.subscribe.subscribe(wanted, made.check_subscription.check(wanted))

        async def is_noted() -> bool:
            return bool((await made.subscriptions.show("RENEW-DIED")).subscription.revision)

        await until_true(is_noted)
        await own.worker.stop()
        await client.get_workflow_handle("subscription-RENEW-DIED").terminate("a click")

        async def is_off_the_list() -> bool:  # which follows a moment later
            return [each async for each in made.subscription_workflows.running()] == []

        await until_true(is_off_the_list)
        await client.start_workflow(WORKFLOW, CheckOrder(), id="check-died", task_queue=QUEUE)
        await killed(own, "subscriptions", "start", "after")
        await own.start_worker()
        await client.execute_workflow(WORKFLOW, CheckOrder(), id="check-later", task_queue=QUEUE)
        assert (await made.subscription_workflows.ask("RENEW-DIED")).told[-1].text.endswith("it goes on")
        (ticket,) = await own.store.tickets("acct-RENEW-DIED")
        assert ticket.kind is TicketKind.SUBSCRIPTION_DIED


async def killed(own: Stage, *point: str) -> None:
    """A worker that is killed at that point."""
    with (own.folder / "killed.log").open("ab") as log:
        dying = Child([sys.executable, "-c", DIES, *point], own.env, log)
        await dying.start()
        async with asyncio.timeout(60):
            while dying.running:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        assert await dying.stop() == -signal.SIGKILL


async def test_it_goes_on_in_another_run_when_the_server_suggests_it_and_loses_nothing() -> None:
    async with stage(flags=("limit.historyCount.suggestContinueAsNew=60",)) as own:
        client = await own.connect()
        made = own.made(client)
        await made.registered()
        wanted = new("RENEW-LONG", now().date(), period="1 day")
        await made.subscribe.subscribe(wanted, made.check_subscription.check(wanted))

        await until_true(lambda: all_are_open(made, "RENEW-LONG"))
        ids = [each.invoice for each in await own.store.renewals("RENEW-LONG")]
        assert len({*ids}) == len(ids)
        seen = (await made.subscriptions.show("RENEW-LONG")).subscription
        assert [told.text.rpartition(" ")[2] for told in seen.told][:3] == ["began", *ids[:2]]
        assert seen == await made.subscription_workflows.ask("RENEW-LONG")
        told = await made.subscriptions.cancel("RENEW-LONG", Cancel(when="now", **WHO))
        assert told.open_invoices == tuple(ids[1:])
        handle = client.get_workflow_handle_for(SubscriptionRenewal.run, "subscription-RENEW-LONG")
        assert await asyncio.wait_for(handle.result(), 30) == "cancelled"
        await _every_run_replays(own)


async def all_are_open(made: Composition, name: str) -> bool:
    """Of periods of a day, all that begin within ten days are opened at once."""
    seen = (await made.subscriptions.show(name)).subscription
    return seen.number >= 10 and seen.opens_at > now()


async def _every_run_replays(own: Stage) -> None:
    client = await own.connect()
    replayer = Replayer(workflows=[SubscriptionRenewal], data_converter=pydantic_data_converter)

    async def all_have_ended() -> bool:  # the server's list follows a moment later
        return WorkflowExecutionStatus.RUNNING not in {run.status for run in await _runs(client)}

    await until_true(all_have_ended)
    runs = await _runs(client)
    assert {run.status for run in runs} == {WorkflowExecutionStatus.CONTINUED_AS_NEW, WorkflowExecutionStatus.COMPLETED}
    for run in runs:
        await replayer.replay_workflow(await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history())


async def _runs(client: Client) -> list[WorkflowExecution]:
    return [run async for run in client.list_workflows("WorkflowType = 'SubscriptionRenewal'")]
