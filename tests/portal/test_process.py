"""The portal as a process: settings, readiness, kill -9, a stop that cuts nobody off, and a log without secrets."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator
from datetime import date
from pathlib import Path

import pytest

from adapters.signed_links import Links
from adapters.store import SqlStore
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from sandbox.stage.child import ROOT
from sandbox.stage.temporal_server import TemporalServer
from tests.portal.mailed import Mailed
from tests.portal.process import environment, portal_process
from tests.portal.world import LINK_SECRET, NEW, PAYMENTS_NEW, RING, STRANGE, message, paid, signed, standard, until

ASO = "a-small-orange"

LINKS = Mailed(Links(RING, ""))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqlStore]:
    opened = SqlStore(f"sqlite+aiosqlite:///{tmp_path}/store.db")
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[TemporalServer]:
    """Give a real server without any worker: money for an invoice without a case needs none."""
    with (tmp_path_factory.mktemp("temporal") / "log").open("wb") as log:
        server = TemporalServer(log)
        await server.start()
        yield server
        await server.stop()


async def ended(folder: Path, **env: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "portal", cwd=ROOT, env={**os.environ, **environment(folder), **env},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, said.decode()


async def known(store: SqlStore, *numbers: str) -> None:
    """Invoices that were opened here, so that their cases have to be asked; but their cases never began."""
    await store.put_account(Account(id="bakery", name="Bakery"))
    for number in numbers:
        await store.open_invoice(KnownInvoice(number=number, account="bakery", policy=ASO, due=date(2026, 12, 1)))


@pytest.mark.promise(9)
async def test_killed_between_the_answer_and_the_delivery_it_delivers_after_its_restart(
    tmp_path: Path, store: SqlStore, temporal: TemporalServer
) -> None:
    async with portal_process(tmp_path, "first") as first:
        await known(store, *(f"INV-{number}" for number in range(5)), "INV-9")
        for number in range(5):
            body = paid(f"evt_{number}", invoice=f"INV-{number}")
            assert (await first.http.post("/webhooks/stripe", content=body, headers=signed(body))).status_code == 200
        body = message(invoice="INV-9")
        assert (await first.http.post("/webhooks/payments", content=body, headers=standard(body))).status_code == 202
        await first.child.kill()
    assert len(await store.waiting(10)) == 6
    async with portal_process(tmp_path, "second", TEMPORAL_ADDRESS=temporal.address) as second:

        async def delivered() -> bool:
            return not await store.waiting(10)

        await until(delivered)
        body = message(invoice="INV-9")
        again = await second.http.post("/webhooks/payments", content=body, headers=standard(body))
        assert (again.status_code, again.json()) == (200, {"outcome": "credited", "invoice": "INV-9"})
    credited = {credit.id.partition(":")[0] for credit in await store.credits("bakery")}
    assert credited == {*(f"INV-{number}" for number in range(5)), "INV-9"}
    assert len(await store.tickets("")) == 6


async def test_it_keeps_webhooks_before_temporal_is_there_and_is_ready_after(
    tmp_path: Path, store: SqlStore, temporal: TemporalServer
) -> None:
    async with portal_process(tmp_path, "alone") as alone:
        answer = await alone.http.get("/ready")
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "store": True, "temporal": False})
        await known(store, "INV-7")
        body = paid("evt_1", invoice="INV-7")
        assert (await alone.http.post("/webhooks/stripe", content=body, headers=signed(body))).status_code == 200
        link = LINKS.pay("INV-1")
        page = await alone.http.get(link)
        assert (page.status_code, "Nothing was charged." in page.text) == (503, True)
    async with portal_process(tmp_path, "together", TEMPORAL_ADDRESS=temporal.address) as together:
        await until(lambda: together.answers(200))
        page = await together.http.get(link)
        assert (page.status_code, "We do not know this invoice" in page.text) == (404, True)

        async def delivered() -> bool:
            return not await store.waiting(1)

        await until(delivered)


async def test_a_stop_finishes_the_request_that_is_under_way(tmp_path: Path, store: SqlStore) -> None:
    async with portal_process(tmp_path, "stopping") as stopping:
        await known(store, "INV-1")
        body = message()
        asking = asyncio.create_task(stopping.http.post("/webhooks/payments", content=body, headers=standard(body)))
        await until(lambda: stopping.said("what is kept waits: the other side is away"))
        status = await stopping.child.stop()
        assert (await asking).status_code == 202
        assert status == 0
        assert stopping.said("portal stopping: it finishes what it holds")
        assert "Traceback" not in stopping.log


async def test_the_log_has_a_line_a_request_and_no_secret(tmp_path: Path) -> None:
    async with portal_process(tmp_path, "log", REPRIEVE_LOG_LEVEL="DEBUG") as door:
        body = paid("evt_1", receipt_email="ada@bakery.example")
        await door.http.post("/webhooks/stripe", content=body, headers=signed(body))
        await door.http.post("/webhooks/stripe", content=body, headers=signed(body, STRANGE))
        await door.http.get(LINKS.pay("INV-1"))
        await door.http.get("/pay/INV-1?s=guessed")
        await until(lambda: len(door.said("request")) == 4)
        lines = [(line["method"], line["path"], line["status"], line.get("note", "")) for line in door.said("request")]
        assert lines == [
            ("POST", "/webhooks/stripe", 200, "kept evt_1"),
            ("POST", "/webhooks/stripe", 400, "Stripe-Signature fits none of the secrets"),
            ("GET", "/pay/INV-1", 503, "away: OutageError"),
            ("GET", "/pay/INV-1", 404, "a pay link without its signature"),
        ]
        signature = LINKS.signature("INV-1")
        for secret in ("ada@bakery", NEW, PAYMENTS_NEW, LINK_SECRET, signature, "guessed", "v1="):
            assert secret not in door.log


async def test_without_a_secret_there_are_no_pay_pages_and_the_log_says_so_once(tmp_path: Path) -> None:
    async with portal_process(tmp_path, "off", REPRIEVE_LINK_SECRETS="[]") as off:
        assert sum(line["event"].startswith("pay pages are off: set REPRIEVE_LINK_SECRETS") for line in off.lines) == 1
        for path in (LINKS.pay("INV-1"), "/pay/help"):
            assert (await off.http.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("REPRIEVE_PORTAL_PORT", "door", "setting REPRIEVE_PORTAL_PORT: must be a whole number, like 3"),
        ("REPRIEVE_PAYMENT_WEBHOOK_SECRETS", '["whsec_"]', "setting REPRIEVE_PAYMENT_WEBHOOK_SECRETS_0: "),
        (
            "REPRIEVE_PAYMENT_WEBHOOK_SECRETS",
            '["whsec_AA=="]',
            "setting REPRIEVE_PAYMENT_WEBHOOK_SECRETS_0: write whsec_",
        ),
        ("REPRIEVE_STRIPE_WEBHOOK_SECRETS", '["whsec_<your secret>"]', "setting REPRIEVE_STRIPE_WEBHOOK_SECRETS_0: "),
        ("REPRIEVE_LINK_SECRETS", '["short"]', "setting REPRIEVE_LINK_SECRETS_0: it needs at least 32 characters"),
        ("REPRIEVE_LINK_SECRETS", '[""]', "setting REPRIEVE_LINK_SECRETS_0: it is empty"),
        ("REPRIEVE_STORE_URL", "x", "setting REPRIEVE_STORE_URL: it cannot be read; write sqlite"),
    ],
)
async def test_settings_that_cannot_be_used_are_named(tmp_path: Path, name: str, value: str, words: str) -> None:
    status, said = await ended(tmp_path, **{name: value})
    assert (status, words in said, "Traceback" in said) == (2, True, False), said


async def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, said = await ended(tmp_path, REPRIEVE_PORTAL_PORT=str(taken.getsockname()[1]))
    assert (status, "another REPRIEVE_PORTAL_PORT" in said, "Traceback" in said) == (1, True, False), said


async def test_a_store_that_cannot_be_opened_is_told_in_words(tmp_path: Path) -> None:
    status, said = await ended(tmp_path, REPRIEVE_STORE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (status, "another REPRIEVE_PORTAL_PORT" in said, "Traceback" in said) == (1, True, False), said


async def test_the_settings_limit_what_one_client_may_take_of_the_process(tmp_path: Path) -> None:
    limits = {
        "REPRIEVE_PORTAL_PROXIES": "[]",
        "REPRIEVE_PORTAL_CONNECTIONS": "60",
        "REPRIEVE_PORTAL_ADDRESS_CONNECTIONS": "30",
        "REPRIEVE_PORTAL_HEADER_BYTES": "2000",
        "REPRIEVE_PORTAL_HEADER_SECONDS": "60",
    }
    async with portal_process(tmp_path, "limits", **limits) as door:
        port = door.said("portal ready")[0]["port"]
        half = [await asyncio.open_connection("127.0.0.1", port) for _ in range(421)]
        for _, writer in half:
            writer.write(b"GET /pay/help HTTP/1.1\r\nHost: x\r\nX-A: ")
        reader, customer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        customer.write(b"GET /pay/help HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in await asyncio.wait_for(reader.readline(), 20)
        customer.write(b"GET /pay/help HTTP/1.1\r\nHost: x\r\nX-A: " + b"x" * 4000)
        while line := await asyncio.wait_for(reader.readline(), 20):
            if b"HTTP/1.1 431" in line:
                break
        assert line, "no 431"
        for _, writer in (*half, (reader, customer)):
            writer.close()
        assert len(door.said("clients were turned away")) == 1
        assert await door.child.stop() == 0
        assert "Traceback" not in door.log


async def test_more_connections_than_files_may_be_open_are_refused(tmp_path: Path) -> None:
    status, said = await ended(tmp_path, REPRIEVE_PORTAL_CONNECTIONS="9000000")
    assert (status, "setting REPRIEVE_PORTAL_CONNECTIONS: so many" in said, "Traceback" in said) == (2, True, False), (
        said
    )
