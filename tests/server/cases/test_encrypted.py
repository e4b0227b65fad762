"""With a key, Temporal keeps nothing that a stranger can read; it may come, and change, while cases run."""

import asyncio
import base64
import json
import secrets
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from temporalio.client import Client

from adapters.settings.settings import Settings
from adapters.settings.strength import CODEC_MAKERS
from adapters.temporal.codec import converter_from
from dunning.case.facts import Payment, Promise
from dunning.money import Money
from dunning.names import workflow_id
from sandbox.stage.child import Child
from sandbox.stage.ports import free_ports
from sandbox.stage.stage import Stage, stage
from sandbox.stage.temporal_server import temporal_program
from tests.server.playing import begin
from workflows.invoice import InvoiceDunning

ASO = "a-small-orange"
OLD, NEW = secrets.token_hex(32), secrets.token_hex(32)
TOKEN = CODEC_MAKERS["REPRIEVE_CODEC_TOKEN"]()
PERSONAL = ("Example Bakery", "bakery.example", "no card any more", "USD")
RINGS: tuple[list[str], ...] = ([], [OLD], [OLD, NEW], [NEW, OLD])
"""In this order a key is turned on and changed."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hidden() -> AsyncGenerator[Stage]:
    settings = {"REPRIEVE_CODEC_KEYS": json.dumps([OLD]), "REPRIEVE_CODEC_TOKEN": TOKEN}
    async with stage(settings=settings) as made:
        await made.start_portal()
        yield made


async def kept(client: Client, invoice: str) -> str:
    """All that the server has of a case, as anybody reads it who may read histories."""
    history = await client.get_workflow_handle(workflow_id(invoice)).fetch_history()
    return "".join(str(event) for event in history.events)


async def test_a_whole_life_leaves_nothing_to_read(hidden: Stage) -> None:
    playing = await begin(hidden, "HIDDEN-1", ASO, decline=9)
    await playing.update("promise_to_pay", Promise(until=playing.row.due, by="no card any more"))
    await playing.to_day(12)
    await playing.signal()
    await playing.to_day(13)
    assert await playing.outcome() == "paid"
    told = await kept(await hidden.server.connect(), "HIDDEN-1")
    assert not [word for word in PERSONAL if word in told]
    assert "binary/encrypted" in told
    assert (await playing.case()).invoice.customer == "Example Bakery"  # who has the key reads all


async def test_a_case_in_clear_has_them(a_stage: Stage) -> None:
    """Else the test above could not fail."""
    playing = await begin(a_stage, "HIDDEN-2", ASO)
    await playing.update("promise_to_pay", Promise(until=playing.row.due, by="no card any more"))
    told = await kept(await a_stage.connect(), "HIDDEN-2")
    assert [word for word in PERSONAL if word in told] == ["Example Bakery", "no card any more", "USD"]


@pytest.mark.parametrize(("token", "reads"), [(TOKEN, True), ("guessed", False)], ids=["staff", "anybody"])
async def test_the_temporal_program_reads_it_with_the_token_alone(hidden: Stage, token: str, reads: bool) -> None:
    playing = await begin(hidden, f"HIDDEN-READ-{reads}", ASO)
    words = [temporal_program(), "workflow", "show", "--address", hidden.server.address, "-w", playing.handle.id]
    words += ["--output", "json", "--codec-endpoint", f"{hidden.portal_url}/codec", "--codec-auth", f"Bearer {token}"]
    done = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, check=False)
    clear = base64.b64encode(b"json/plain").decode()
    assert (f'"encoding": "{clear}"' in done.stdout) is reads, done.stderr
    assert (done.returncode == 0) is reads


@asynccontextmanager
async def working(own: Stage, ring: list[str]) -> AsyncGenerator[Client]:
    """A worker with these keys, and a client beside it."""
    (health,) = free_ports(1)
    keys = {"REPRIEVE_CODEC_KEYS": json.dumps(ring), "REPRIEVE_HEALTH_PORT": str(health)}
    child: Child = own.child(**keys)
    await child.start()
    try:
        settings = Settings.model_validate({"codec_keys": ring})
        yield await own.server.connect(converter_from(settings))
    finally:
        await child.stop()


async def test_it_is_turned_on_and_changed_while_a_case_runs() -> None:
    async with stage() as own:
        playing = await begin(own, "HIDDEN-ROLL", ASO, amount="USD 4.00")
        await own.worker.stop()
        for place, ring in enumerate(RINGS):
            async with working(own, ring) as client:
                handle = client.get_workflow_handle(playing.handle.id)
                payment = Payment(id=f"p-{place}", amount=Money.parse("USD 1.00"), at=datetime.now(UTC))
                its = own.signer.signed(client, handle.id, "pay", payment, payment.id)
                await handle.execute_update("pay", args=its.args, id=its.update)  # pyright: ignore[reportUnknownMemberType]
        async with working(own, [NEW, OLD]) as client:
            last = client.get_workflow_handle_for(InvoiceDunning.run, playing.handle.id)
            assert await asyncio.wait_for(last.result(), 60) == "paid"
