"""Worker and portal under the same cuts: both begin when the other side is there at last, no webhook is lost, and a
page says in a sentence that it cannot be shown now.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx2
import pytest

from adapters.signed_links import Links
from dunning.case.case import Case
from sandbox.stage.child import Child
from sandbox.stage.ports import free_ports
from tests.portal.mailed import Mailed
from tests.portal.process import PortalProcess, portal_process
from tests.portal.world import RING, message, standard, until
from tests.server.outages.conftest import Gated
from tests.server.outages.gates import Gate
from tests.server.outages.preparing import opened
from tests.server.outages.test_commands import WHICH, gate_of

LINKS = Mailed(Links(RING, ""))


def portal(gated: Gated, folder: Path, name: str, patience: str) -> AbstractAsyncContextManager[PortalProcess]:
    env = {name: gated.env[name] for name in ("TEMPORAL_ADDRESS", "REPRIEVE_STORE_URL")}
    return portal_process(folder, name, **env, REPRIEVE_OUTAGE_SECONDS=patience)


@pytest.fixture(scope="module")
async def hasty(gated: Gated, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[PortalProcess]:
    """Give a portal that waits for a second."""
    async with portal(gated, tmp_path_factory.mktemp("hasty"), "hasty", "1") as made:
        await until(lambda: made.answers(200))
        yield made


@pytest.fixture
async def invoice(gated: Gated, request: pytest.FixtureRequest) -> str:
    number = f"DOOR-{abs(hash(request.node.name)) % 10**8:08}"
    await opened(gated.stage, await gated.stage.connect(), number)
    return number


async def case_of(gated: Gated, number: str) -> Case:
    return await gated.stage.made(await gated.stage.connect()).cases.ask(number)


def page(made: PortalProcess, number: str) -> "asyncio.Task[httpx2.Response]":
    return asyncio.create_task(made.http.get(f"/pay/{number}?s={LINKS.signature(number)}"))


def paid(made: PortalProcess, number: str) -> "asyncio.Task[httpx2.Response]":
    body = message(invoice=number, id=f"{number}-1", amount="10.00")
    sending = made.http.post("/webhooks/payments", content=body, headers=standard(body, f"msg-{number}"))
    return asyncio.create_task(sending)


async def counted_once(gated: Gated, number: str) -> None:
    async def counted() -> bool:
        return [each.id for each in (await case_of(gated, number)).payments] == [f"{number}-1"]

    await until(counted)
    waiting = [each for each in await gated.stage.store.waiting(10_000) if each.invoice == number]
    assert waiting == []


async def open_soon(gate: Gate) -> None:
    await asyncio.sleep(0.4)
    await gate.open()


@pytest.mark.promise(9)
@pytest.mark.parametrize("which", WHICH)
async def test_a_webhook_while_the_other_side_is_away_is_kept_once(
    gated: Gated, hasty: PortalProcess, invoice: str, which: str
) -> None:
    gate = gate_of(gated, which)
    gate.close()
    sending = paid(hasty, invoice)
    await open_soon(gate)
    assert (await sending).status_code in (200, 202)
    await counted_once(gated, invoice)


@pytest.mark.promise(9)
async def test_a_webhook_that_cannot_be_kept_is_sent_again_and_counts_once(
    gated: Gated, hasty: PortalProcess, invoice: str
) -> None:
    gated.store.close()
    answer = await paid(hasty, invoice)
    await gated.store.open()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert (await case_of(gated, invoice)).payments == ()
    assert (await paid(hasty, invoice)).status_code in (200, 202)
    await counted_once(gated, invoice)


@pytest.mark.parametrize("which", WHICH)
async def test_a_pay_page_waits_for_what_is_away_and_then_says_so_in_a_sentence(
    gated: Gated, hasty: PortalProcess, invoice: str, which: str
) -> None:
    gate = gate_of(gated, which)
    gate.close()
    asking = page(hasty, invoice)
    await open_soon(gate)
    shown = await asking
    assert (shown.status_code, "19.99" in shown.text) == (200, True)

    gate.close()
    away = await page(hasty, invoice)
    await gate.open()
    assert (away.status_code, away.headers["retry-after"]) == (503, "60")
    assert "19.99" not in away.text
    assert "Traceback" not in away.text
    assert (await page(hasty, invoice)).status_code == 200


async def test_a_page_waits_also_for_a_temporal_that_was_never_there(
    gated: Gated, tmp_path: Path, invoice: str
) -> None:
    gated.temporal.close()
    async with portal(gated, tmp_path, "early", "5") as early:
        asking = page(early, invoice)
        await open_soon(gated.temporal)
        assert (await asking).status_code == 200


async def test_a_worker_that_starts_before_store_and_temporal_works_once_both_are_there(
    gated: Gated, tmp_path: Path
) -> None:
    health, metrics = free_ports(2)
    env = {"REPRIEVE_HEALTH_PORT": str(health), "REPRIEVE_METRICS_ADDRESS": f"127.0.0.1:{metrics}"}
    log = tmp_path / "worker.log"
    for gate in (gated.store, gated.temporal):
        gate.close()
    with log.open("wb") as sink:
        worker = Child([sys.executable, "worker.py"], {**gated.env, **env, "REPRIEVE_OUTAGE_SECONDS": "20"}, sink)
        await worker.start()
        try:
            await asyncio.sleep(1.0)  # most of it is the start of Python itself
            await gated.store.open()
            await open_soon(gated.temporal)
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{health}", trust_env=False) as http:
                await until(lambda: _ready(http, worker))
                assert worker.running
        finally:
            await worker.stop()
    assert "Traceback" not in log.read_text()


async def _ready(http: httpx2.AsyncClient, worker: Child) -> bool:
    if not worker.running:
        return True
    try:
        return (await http.get("/ready")).is_success
    except httpx2.HTTPError:
        return False
