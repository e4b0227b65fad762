"""`sweep`: the comparison with the gateway, when a person asks for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.fleet.sweep import SweepBooks
from activities.notices.open_ticket import OpenTicket
from adapters.store import SqlStore, migrate
from adapters.temporal import checks
from adapters.temporal import client as temporal
from dunning.fleet.sweep import sweep_id
from operations.money.spread_credit import SpreadCredit
from sandbox.stage.stage import Stage
from tests.cli.command import Operate
from tests.operations.deaf import NOBODY
from tests.server.fleet.companies import AT, DAY, Company, Desk, case, known, payment, reversal
from workflows.sweep import Sweep

QUEUE = "sweeps-of-the-command-line"
WINDOW = ("--since", (AT - DAY).isoformat(), "--until", AT.isoformat())


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LOOK_EVERY", 0.1)
    monkeypatch.setenv("REPRIEVE_TASK_QUEUE", QUEUE)


@pytest_asyncio.fixture
async def client(a_stage: Stage) -> Client:
    return await a_stage.connect()


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = SqlStore(url)
    yield store
    await store.close()


def worker(client: Client, store: SqlStore, company: Company, desk: Desk) -> Worker:
    """Sweeps a company in memory: that of the stage has other tests' money."""
    books = SweepBooks(company, store, desk.case, desk.deliver)
    methods = [books.compare, books.heal, OpenTicket(store, SpreadCredit(store, NOBODY)).open_ticket]
    return Worker(client, task_queue=QUEUE, workflows=[Sweep], activities=methods)


async def test_it_prints_what_it_healed_and_the_same_for_programs(
    client: Client, store: SqlStore, operate: Operate
) -> None:
    await store.open_invoice(known("CLI-SWEEP"))
    desk = Desk(cases={"CLI-SWEEP": case()})
    company = Company(told=[payment("pi_1", "CLI-SWEEP"), reversal("re_1", "pi_1", "CLI-SWEEP")])
    async with worker(client, store, company, desk):
        said = await operate("sweep", *WINDOW)
        again = await operate("sweep", *WINDOW, "--json")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "Sweep of 2026-11-25: 1 payment healed, 1 reversal healed",
        "- window 2026-11-24 06:00 to 2026-11-25 06:00 UTC",
        "- compared 1 payment(s) and 1 reversal(s) of the gateway, 0 charge(s) of ours; 0 in order",
        "- webhooks waiting 0",
        "",
        "Healed: our books did not have it",
        "",
        "- CLI-SWEEP · pi_1 · USD 19.99 · applied",
        "- CLI-SWEEP · re_1 · USD 19.99 · noted",
    ]
    assert (again.status, again.json["payments_healed"], again.json["in_order"]) == (0, 0, 1)
    assert again.json["since"] == "2026-11-24T06:00:00Z"


async def test_without_a_window_it_is_the_last_three_days(client: Client, store: SqlStore, operate: Operate) -> None:
    company = Company()
    async with worker(client, store, company, Desk()):
        said = await operate("sweep")
    assert said.out.startswith("Sweep of ")
    assert said.out.splitlines()[0].endswith(": all in order")
    assert company.spans[-1][1] - company.spans[0][0] == 3 * DAY


async def test_an_outage_of_the_payment_company_is_told_and_the_sweep_goes_on_by_itself(
    client: Client, store: SqlStore, operate: Operate
) -> None:
    company = Company(told=[payment("pi_1", "")], broken=True)
    end = AT + DAY
    async with worker(client, store, company, Desk()):
        said = await operate("sweep", "--until", end.isoformat())
        assert (said.status, said.out) == (1, "")
        assert "the sweep waits: gateway: HTTP 503" in said.err
        assert (
            f"it goes on by itself once it can, as {sweep_id(end)} in Temporal; see to that, and run the same"
            in said.err
        )
        company.broken = False
        report = await client.get_workflow_handle_for(Sweep.run, sweep_id(end)).result()
        assert report.payments_healed == 1


async def test_without_a_worker_it_says_so(client: Client, operate: Operate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "0.5")
    monkeypatch.setattr(temporal, "LEAST", 0.5)
    monkeypatch.setenv("REPRIEVE_TASK_QUEUE", "nobody-sweeps")
    end = AT + 2 * DAY
    said = await operate("sweep", "--until", end.isoformat())
    assert (said.status, said.out) == (1, "")
    assert "no worker answers; is worker.py running on the task queue 'nobody-sweeps'?" in said.err
    await client.get_workflow_handle(sweep_id(end)).terminate()


async def test_a_sweep_that_was_ended_at_the_server_is_no_report(
    client: Client, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_TASK_QUEUE", "nobody-sweeps")
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "30")
    end = AT + 3 * DAY
    saying = asyncio.ensure_future(operate("sweep", "--until", end.isoformat()))
    async with asyncio.timeout(20):
        while not await _terminated(client, sweep_id(end)):  # noqa: ASYNC110 - it starts in a moment
            await asyncio.sleep(0.05)
    said = await saying
    assert (said.status, said.out) == (1, "")
    assert f"{sweep_id(end)} ended without a report" in said.err


async def _terminated(client: Client, name: str) -> bool:
    try:
        await client.get_workflow_handle(name).terminate()
    except RPCError:
        return False
    return True


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--since", "yesterday"), "--since: 'yesterday' is not an instant"),
        (("--until", "2026-11-25T06:00"), "write it with its offset"),
        (("--since", "2026-11-26T00:00:00Z", "--until", "2026-11-26T00:00:00Z"), "is not before 2026-11-26"),
        (("--since", "2199-01-01T00:00:00Z"), "--since: 2199-01-01T00:00:00Z is not before now"),
    ],
)
async def test_a_window_that_is_none_is_refused(operate: Operate, words: tuple[str, ...], text: str) -> None:
    said = await operate("sweep", *words)
    assert (said.status, said.out) == (2, "")
    assert text in said.err


async def test_without_a_server_it_is_an_outage(offline: Operate) -> None:
    said = await offline("sweep")
    assert (said.status, "no Temporal server answers" in said.err) == (1, True)
