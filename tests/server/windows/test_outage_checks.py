"""The worker looks at the real way to pay: a portal that is stopped is an outage, until it opens again."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest_asyncio
from pydantic import SecretStr
from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, ScheduleOverlapPolicy
from temporalio.service import RPCError, RPCStatusCode

from adapters.gateways.stripe.gateway import StripeGateway
from adapters.mail.smtp import SmtpMailer
from adapters.temporal.schedules import OUTAGES, keep_outages
from adapters.ways_to_pay import gateway_fails, looks_from, mail_fails
from composition import now
from dunning.fleet import outage_check
from dunning.fleet.outage_check import LookOrder, LookReport
from dunning.windows.outage import EVERY, Way
from sandbox.stage.ports import free_ports
from sandbox.stage.stage import QUEUE, Stage, stage
from workflows.outages import OutageCheck

EVER = datetime.min.replace(tzinfo=UTC)
PATIENCE = 60.0
_numbers = count()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def checked() -> AsyncGenerator[Stage]:
    """Give a stage of its own, with a portal that may be stopped."""
    async with stage(portal=True) as made:
        yield made


async def look(on: Stage, at: datetime) -> LookReport:
    client = await on.connect()
    name = f"outages-{next(_numbers)}"
    run = client.execute_workflow(OutageCheck.run, LookOrder(at=at), id=name, task_queue=QUEUE)
    return await asyncio.wait_for(run, PATIENCE)


async def test_a_portal_that_is_stopped_is_an_outage_from_the_first_look_on_until_it_opens_again(
    checked: Stage,
) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    assert (await look(checked, at)).headline == "all works"
    await checked.portal.stop()
    for looks in (1, 2):
        assert "portal: the pay page does not open" in (await look(checked, at + looks * EVERY)).headline
    await checked.start_portal()
    assert (await look(checked, at + 3 * EVERY)).headline == "all works"
    (one,) = await checked.store.outages(EVER)
    assert (one.way, one.since, one.until, one.stands) == (Way.PORTAL, at + EVERY, at + 3 * EVERY, True)


async def test_a_gateway_or_a_mail_server_that_is_away_is_one_too(checked: Stage) -> None:
    (closed,) = free_ports(1)
    away = StripeGateway(SecretStr("sk_test_sandbox"), f"http://127.0.0.1:{closed}")
    wrong = StripeGateway(SecretStr("sk_test_wrong"), checked.addresses.payments)
    assert (await gateway_fails(away)).startswith("the gateway does not answer: ")
    there = StripeGateway(SecretStr("sk_test_sandbox"), checked.addresses.payments)
    assert await gateway_fails(there) == ""
    host, _, port = checked.addresses.smtp.rpartition(":")
    assert await mail_fails(SmtpMailer(host, int(port), "b@hosting.example")) == ""
    assert await mail_fails(SmtpMailer(host, closed, "b@hosting.example")) != ""
    for each in (away, wrong, there):
        await each.close()


async def test_without_pay_pages_nobody_looks_for_one(checked: Stage) -> None:
    settings = checked.made(await checked.connect()).settings
    without = settings.model_copy(update={"link_secrets": ()})
    gateway = StripeGateway(SecretStr("sk_test_sandbox"), checked.addresses.payments)
    assert set(looks_from(without, gateway, now)) == {Way.GATEWAY, Way.MAIL}
    assert set(looks_from(settings, gateway, now)) == set(Way)
    await gateway.close()


async def test_the_worker_looks_every_five_minutes_unless_the_settings_say_no(checked: Stage) -> None:
    client = await checked.connect()
    await keep_outages(client, QUEUE, wanted=True)
    found = await client.get_schedule_handle(OUTAGES).describe()
    assert (found.schedule.policy.overlap, EVERY) == (ScheduleOverlapPolicy.SKIP, timedelta(minutes=5))
    first, second, *_ = found.info.next_action_times
    assert second - first == EVERY
    assert found.schedule.action.workflow == outage_check.WORKFLOW  # pyright: ignore[reportAttributeAccessIssue,reportUnknownMemberType]
    await client.get_schedule_handle(OUTAGES).trigger()
    assert (await _first_run(client)).headline == "all works"
    for _ in range(2):
        await keep_outages(client, QUEUE, wanted=False)
    try:
        await client.get_schedule_handle(OUTAGES).describe()
    except RPCError as error:
        assert error.status is RPCStatusCode.NOT_FOUND  # noqa: PT017 - the status is what counts
    else:
        raise AssertionError


async def _first_run(client: Client) -> LookReport:
    """What the schedule's own workflow reports."""
    async with asyncio.timeout(PATIENCE):
        while True:
            runs = (await client.get_schedule_handle(OUTAGES).describe()).info.recent_actions
            if runs:
                break
            await asyncio.sleep(0.1)
    action = runs[0].action
    assert isinstance(action, ScheduleActionExecutionStartWorkflow)
    run = client.get_workflow_handle_for(OutageCheck.run, action.workflow_id)
    return await asyncio.wait_for(run.result(), PATIENCE)
