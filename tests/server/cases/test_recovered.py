"""A case that somebody terminated at the server: a person hears of it, lets it go on, and nothing is done twice."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus

from composition import Composition, now
from dunning.case.case import Opened
from dunning.case.facts import Promise
from dunning.names import Values
from dunning.ports.cases import FORGOTTEN
from dunning.tickets.kind import TicketKind
from operations.cases.list_open_cases import SortedListing
from operations.cases.recover import RecoverCases
from operations.errors import RefusedError
from sandbox.stage.stage import Stage, stage
from tests.server.payments.test_portal import say
from tests.server.playing import PATIENCE, Playing, begin

ASO = "a-small-orange"
WHO = {"by": "ana", "reason": "a slip of the mouse"}


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.1)


async def accepted(stage: Stage, invoice: str, payment: str, amount: str) -> str:
    """What another processor hears of a payment."""
    data = {"invoice": invoice, "id": payment, "amount": amount, "currency": "USD"}
    body = {"type": "payment.received", "timestamp": datetime.now(UTC).isoformat(), "data": data}
    return (await say(stage, f"evt-{payment}", body)).json()["outcome"]


async def until_found(made: Composition, *numbers: str) -> None:
    """The hourly check, as often as Temporal's list needs to follow."""

    async def found() -> bool:
        await made.check_open_cases.check(lambda _: None)
        return {row.number for row in await made.recover_cases.dead()} >= set(numbers)

    await until(found)


async def until_noted(stage: Stage, number: str, revision: int) -> None:
    """Until the table of open cases has the case as it is."""

    async def noted() -> bool:
        row = await stage.store.open_case(number)
        return row is not None and row.revision == revision

    await until(noted)


async def test_it_is_found_told_and_goes_on_where_it_was(open_stage: Stage) -> None:
    life = await begin(open_stage, "DEAD-1", ASO, decline=1)
    made = open_stage.made(life.skipper.client)
    await life.to_day(10)
    assert await life.levels() == ["suspended"]
    before = await life.case()
    # What the last hand has done is written into the table behind it: it would come after the death.
    await until_noted(open_stage, "DEAD-1", before.revision)
    await life.handle.terminate("a slip of the mouse")

    assert (await made.look.show("DEAD-1")).died == "terminated"
    await until_found(made, "DEAD-1")
    await made.check_open_cases.check(lambda _: None)
    tickets = [each for each in await open_stage.store.tickets("") if each.kind is TicketKind.CASES_DIED]
    assert [each.body.count("- DEAD-1: terminated") for each in tickets] == [1]
    listed = await made.list_open_cases.of(SortedListing(state="dead", account=life.account))
    assert [(each.row.number, each.state) for each in listed] == [("DEAD-1", "dead")]

    # Money waits where it is kept, and is neither credit nor lost.
    assert await accepted(open_stage, "DEAD-1", "d1-rest", "39.99") == "accepted"
    assert await open_stage.store.credits(life.account) == ()

    recovered = await made.recover_cases.recover("DEAD-1", **WHO)
    assert (recovered.invoice, recovered.how) == ("DEAD-1", "terminated")
    assert await life.outcome() == "paid"
    after = await life.case()
    assert [each.how for each in after.recoveries] == ["terminated"]
    assert after.generation > before.generation
    assert [each.step for each in after.done[: len(before.done)]] == [each.step for each in before.done]
    assert await life.levels() == ["suspended", "active"]
    assert await open_stage.store.open_case("DEAD-1") is None
    assert len(await life.mails()) == len(set(await life.mails()))
    with pytest.raises(RefusedError, match="own end, as paid"):
        await made.recover_cases.recover("DEAD-1", **WHO)


async def test_what_it_had_not_heard_when_it_died_is_brought_to_it_and_counts_once(open_stage: Stage) -> None:
    life = await begin(open_stage, "DEAD-2", ASO)
    made = open_stage.made(life.skipper.client)
    assert await accepted(open_stage, "DEAD-2", "d2-part", "5.00") == "applied"
    await open_stage.worker.stop()
    try:
        # With the server, but in no case: nobody took it from there before the end.
        assert await accepted(open_stage, "DEAD-2", "d2-rest", "14.99") == "accepted"
        await life.say("payment_received", life.payment("USD 14.99", "d2-rest"))
        await life.handle.terminate()
    finally:
        await open_stage.start_worker()
    await made.recover_cases.recover("DEAD-2", **WHO)
    assert await life.outcome() == "paid"
    case = await life.case()
    assert sorted((each.id, each.amount.minor) for each in case.payments) == [("d2-part", 500), ("d2-rest", 1499)]
    assert await open_stage.store.credits(life.account) == ()


async def test_one_that_the_server_has_forgotten_goes_on_from_the_table(open_stage: Stage) -> None:
    life = await begin(open_stage, "DEAD-3", ASO)
    client = life.skipper.client
    made = open_stage.made(client)
    await made.decisions.decide("DEAD-3", Promise(until=life.row.due, by="ana"))
    before = await life.case()
    await until_noted(open_stage, "DEAD-3", before.revision)
    execution = WorkflowExecution(workflow_id=life.handle.id)
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    )

    async def forgotten() -> bool:
        return await made.cases.died("DEAD-3") == FORGOTTEN

    await until(forgotten)
    assert (await made.show_case.show("DEAD-3")).died == FORGOTTEN
    assert (await made.recover_cases.recover("DEAD-3", **WHO)).how == FORGOTTEN
    after = await life.case()
    assert (after.promised_until, after.entries) == (before.promised_until, before.entries)


async def test_one_that_runs_or_never_was_is_refused_and_two_at_once_recover_it_once(open_stage: Stage) -> None:
    life = await begin(open_stage, "DEAD-4", ASO)
    made = open_stage.made(life.skipper.client)
    with pytest.raises(RefusedError, match="DEAD-4: its case runs: there is nothing to recover"):
        await made.recover_cases.recover("DEAD-4", **WHO)
    with pytest.raises(RefusedError, match="NEVER-WAS: there is no such invoice"):
        await made.recover_cases.recover("NEVER-WAS", **WHO)
    await life.handle.terminate()
    both = [made.recover_cases.recover("DEAD-4", **WHO) for _ in range(2)]
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["Recovered", "RefusedError"]
    assert (await life.handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert len((await life.case()).recoveries) == 1


async def test_what_another_life_was_told_while_somebody_was_frozen_in_recovering_is_not_lost(
    open_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await begin(open_stage, "DEAD-7", ASO)
    made, frozen = open_stage.made(life.skipper.client), open_stage.made(life.skipper.client)
    start, passed = frozen.cases.start, timedelta(0)

    async def after_a_minute(opened: Opened, values: Values, *, dead: bool = False) -> bool:
        nonlocal passed
        await made.recover_cases.recover("DEAD-7", by="ben", reason="quicker")
        await made.decisions.decide("DEAD-7", Promise(until=life.row.due, by="ben"))
        await life.handle.terminate()
        passed = timedelta(minutes=1)
        return await start(opened, values, dead=dead)

    monkeypatch.setattr(frozen.cases, "start", after_a_minute)
    await life.handle.terminate()
    slow = RecoverCases(open_stage.store, frozen.cases, lambda: now() + passed)
    assert (await slow.recover("DEAD-7", **WHO)).told_again == 1

    async def promised() -> bool:
        return (await life.case()).promised_until is not None

    await until(promised)


async def test_a_charge_that_was_under_way_when_it_died_is_charged_once() -> None:
    async with stage() as own:
        life = await begin(own, "DEAD-5", ASO)
        await life.to_day(0, minutes=-60)
        await own.companies.payments.script(life.account, "hold")
        passing = asyncio.create_task(life.to_day(0))
        await own.companies.payments.until_held(life.account)
        await life.handle.terminate()
        passing.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await passing
        await own.companies.payments.release(life.account)
        await until(lambda: _charged(life))
        made = own.made(life.skipper.client)  # on virtual time again: its day is ahead of ours
        await made.recover_cases.recover("DEAD-5", **WHO)
        assert await life.outcome() == "paid"
        assert await life.charged() == [1999]


async def _charged(life: Playing) -> bool:
    return await life.charged() == [1999]
