"""The port of cases at the real server: each call, each way in which there is no case, and who does not answer."""

import asyncio
import time
from datetime import timedelta
from typing import get_args

import pytest
from temporalio import workflow
from temporalio.worker import Worker

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.temporal.cases import TemporalCases
from adapters.temporal.checks import TemporalChecks
from adapters.temporal.client import LEAST, connect
from adapters.temporal.connection import Connection
from composition import now
from dunning.case.case import Opened, going_on, open_case
from dunning.case.facts import Payment, Promise, Reversal, Void
from dunning.explain.temporal_ui import shown
from dunning.fleet.drift import DriftOrder
from dunning.money import Money
from dunning.names import Values
from dunning.ports import cases as ports
from dunning.ports.cases import SIGNALS, UPDATES, CaseSaysNoError, NoAnswerError, NoCaseError, Wanted
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from dunning.rules.asked import MODELS
from dunning.rules.machine import decide
from dunning.rules.money_in import paid
from dunning.rules.signals import READERS
from operations.cases.note_open_cases import NoteOpenCases
from operations.invoices.new_invoice import fitting
from sandbox.stage.stage import Stage
from tests.operations.opening import ASO, new, usd
from workflows.invoice import InvoiceDunning


@workflow.defn(name=InvoiceDunning.__name__, sandboxed=False)
class Broken:
    """Cases with a bug: it fails the task, not the workflow."""

    @workflow.run
    async def run(self, opened: Opened) -> None:
        raise RuntimeError(f"{opened.invoice.number}: a bug")


def opening(number: str) -> tuple[Opened, Values]:
    invoice = new(number)
    facts = Opened(
        invoice=invoice.invoice_facts(),
        plan=fitting(invoice, load_policy(ASO, ROOT / "policies")),
        reach="outside",
        generation=1,
    )
    case = open_case(facts, now())
    return facts, shown(case, decide(case, now()))


async def cases_of(stage: Stage) -> ports.Cases:
    return stage.made(await stage.connect()).cases


def payment(name: str, amount: Money) -> Payment:
    return Payment(id=name, amount=amount, at=now())


async def test_a_case_is_started_once_and_tells_its_facts(a_stage: Stage) -> None:
    cases = await cases_of(a_stage)
    facts, values = opening("PORT-1")
    assert await cases.start(facts, values)
    assert not await cases.start(facts, values)
    assert (await cases.ask("PORT-1")).invoice == facts.invoice
    async with asyncio.timeout(10):
        while not await cases.count(Wanted(account="of-PORT-1")):  # noqa: ASYNC110 - the list is the condition
            await asyncio.sleep(0.05)
    (found,) = [each async for each in cases.listed(Wanted(account="of-PORT-1"))]
    assert (found.invoice, found.status, found.account, found.policy) == ("PORT-1", "running", "of-PORT-1", ASO)
    assert (found.due, found.balance_minor, found.state) == (facts.invoice.due, 1999, "scheduled")


async def test_an_update_is_answered_refused_and_under_its_id_the_same_again(a_stage: Stage) -> None:
    cases = await cases_of(a_stage)
    await cases.start(*opening("PORT-2"))
    first = await cases.tell("PORT-2", payment("port-2", usd(500)), "port-2")
    assert (first.outcome, first.balance) == ("applied", usd(1499))
    assert await cases.tell("PORT-2", payment("port-2", usd(700)), "port-2") == first
    with pytest.raises(CaseSaysNoError, match="is already past"):
        await cases.tell("PORT-2", Promise(until=now().date() - timedelta(days=9)))


async def test_a_closed_case_can_be_asked_and_woken_but_is_told_nothing(a_stage: Stage) -> None:
    cases = await cases_of(a_stage)
    await a_stage.store.put_account(Account(id="of-PORT-3", name="Example"))
    await cases.start(*opening("PORT-3"))
    await cases.tell("PORT-3", payment("port-3", usd(1999)), "port-3")
    handle = (await a_stage.connect()).get_workflow_handle("invoice-PORT-3")
    assert await handle.result() == "paid"
    closed = await cases.ask("PORT-3")
    with pytest.raises(NoCaseError):
        await cases.tell("PORT-3", Void(reason="too late"))
    back = Reversal(id="port-3-back", payment="port-3", amount=usd(1999), at=now())
    with pytest.raises(NoCaseError):
        await cases.signal("PORT-3", back)
    for _ in range(2):  # the second one finds it running
        await cases.wake(going_on(closed, 2), back)
    async with asyncio.timeout(10):
        while (await cases.ask("PORT-3")).balance.minor == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await cases.signal("PORT-3", payment("port-3-again", usd(1999)))
    assert await (await a_stage.connect()).get_workflow_handle("invoice-PORT-3").result() == "paid"


async def test_what_was_never_started_is_no_case(a_stage: Stage) -> None:
    cases = await cases_of(a_stage)
    with pytest.raises(NoCaseError):
        await cases.ask("PORT-NONE")
    with pytest.raises(NoCaseError):
        await cases.tell("PORT-NONE", Void(reason="x"))
    with pytest.raises(NoCaseError):
        await cases.signal("PORT-NONE", payment("x", usd(1)))


async def test_without_a_worker_nobody_answers_but_the_server_keeps_signals(a_stage: Stage) -> None:
    client = await a_stage.connect()
    cases = TemporalCases(lambda: client, "nobody", patience=LEAST)
    await cases.start(*opening("PORT-4"))
    with pytest.raises(NoAnswerError, match="no worker answered within 2 s, and nothing is known to have happened"):
        await cases.ask("PORT-4")
    with pytest.raises(NoAnswerError, match="running on the task queue 'nobody'"):
        await cases.tell("PORT-4", payment("p", usd(1)), "p")
    await cases.signal("PORT-4", payment("p", usd(1)))


async def test_a_case_has_begun_once_a_worker_has_had_its_first_task_also_one_that_it_cannot_do(a_stage: Stage) -> None:
    client = await a_stage.connect()
    cases = TemporalCases(lambda: client, "broken")
    await cases.start(*opening("PORT-7"))
    waiting = asyncio.create_task(cases.until_begun("PORT-7"))
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    assert not done
    async with asyncio.timeout(10):
        async with Worker(client, task_queue="broken", workflows=[Broken]):
            await waiting
        await cases.until_begun("PORT-NONE")  # one that is gone is no backlog
        at_work = await cases_of(a_stage)
        await at_work.start(*opening("PORT-8"))
        await at_work.until_begun("PORT-8")
        await at_work.until_begun("PORT-8")


async def test_a_closed_case_that_goes_on_is_in_the_table_before_any_worker_has_seen_it(a_stage: Stage) -> None:
    client, store = await a_stage.connect(), a_stage.store
    cases = TemporalCases(lambda: client, "nobody", seen=NoteOpenCases(lambda: store, now))
    closed = paid(open_case(opening("PORT-6")[0], now()), payment("port-6", usd(1999)))
    await cases.wake(going_on(closed, 2), Reversal(id="port-6-back", payment="port-6", amount=usd(1999), at=now()))
    async with asyncio.timeout(10):
        while not (row := await store.open_case("PORT-6")):  # noqa: ASYNC110 - the table is the condition
            await asyncio.sleep(0.05)
    assert (row.balance, row.revision) == (usd(1999), closed.revision + 1)


async def test_a_case_that_died_before_it_was_noted_is_noted_by_the_next_who_starts_it(a_stage: Stage) -> None:
    client, store = await a_stage.connect(), a_stage.store
    blind = TemporalCases(lambda: client, "nobody")
    cases = TemporalCases(lambda: client, "nobody", seen=NoteOpenCases(lambda: store, now))
    facts, values = opening("PORT-UNSEEN")
    assert await blind.start(facts, values)
    await client.get_workflow_handle("invoice-PORT-UNSEEN").terminate()
    assert not await cases.start(facts, values)
    async with asyncio.timeout(10):
        while not (row := await store.open_case("PORT-UNSEEN")):  # noqa: ASYNC110 - the table is the condition
            await asyncio.sleep(0.05)
    assert row.balance == usd(1999), "`recover` lets it go on from here"


async def test_before_temporal_has_answered_everything_is_an_outage() -> None:
    cases = TemporalCases(Connection(), "reprieve")
    with pytest.raises(OutageError, match="has not answered yet"):
        await cases.ask("PORT-5")
    with pytest.raises(OutageError, match="has not answered yet"):
        await cases.count(Wanted())


async def test_a_server_that_takes_connections_and_says_nothing_is_waited_for_as_long_as_the_setting_says(
    a_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await a_stage.connect()
    cases, checks = TemporalCases(lambda: client, "nobody", patience=0), TemporalChecks(lambda: client, "nobody", 0)
    monkeypatch.setenv("TEMPORAL_ADDRESS", a_stage.server.address)
    at = now()
    a_stage.server.freeze()
    try:
        async with asyncio.timeout(10):
            while not a_stage.server.frozen:  # noqa: ASYNC110 - the system stops it in a moment
                await asyncio.sleep(0.01)
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="takes connections and says nothing"):
            await connect(0)
        for asked in (
            cases.start(*opening("PORT-FROZEN")),
            cases.count(Wanted()),
            cases.signal("PORT-2", payment("p", usd(1))),
            checks.drift(DriftOrder(at=at)),
        ):
            with pytest.raises(OutageError):
                await asyncio.wait_for(asked, 3 * LEAST)
        assert time.monotonic() - began < 5 * 2 * LEAST
    finally:
        a_stage.server.thaw()


def test_everything_that_can_be_said_has_a_name_that_the_workflow_knows() -> None:
    assert set(UPDATES) == set(get_args(ports.Update))
    assert set(SIGNALS) == set(get_args(ports.Signal))
    assert {name: model for model, name in UPDATES.items()} == MODELS
    assert {SIGNALS[model]: model for model in SIGNALS} == {name: reader.model for name, reader in READERS.items()}
