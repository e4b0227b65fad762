"""The door for mail in its own process: what it took survives a kill, and its log names nobody."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import aiosmtplib
import pytest

from adapters.store import SqlStore
from composition import now
from dunning.tickets.kind import Department, TicketKind
from dunning.windows.window import Window
from sandbox.stage.child import ROOT
from sandbox.stage.ports import free_ports
from tests.dunning.reports import customer_mail, postfix
from tests.portal.post import BOUNCES, NO_REPLY, OWNER, furnish
from tests.portal.process import environment as settings
from tests.portal.process import mail_process, portal_process
from tests.portal.world import until
from tests.server.payments.test_money_in import until_true


@pytest.fixture
async def store(url: str) -> AsyncGenerator[SqlStore]:
    """Give the store of the portal in that folder."""
    opened = SqlStore(url)
    await furnish(opened)
    yield opened
    await opened.close()


async def send(port: int, raw: bytes, sender: str, to: str) -> bool:
    """Whether the door said 250."""
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
    try:
        async with client:
            await client.mail(sender)
            await client.rcpt(to)
            return (await client.data(raw)).code == 250
    except (aiosmtplib.SMTPException, OSError):
        return False


def environment(port: int) -> dict[str, str]:
    return {"REPRIEVE_MAIL_IN_PORT": str(port), "REPRIEVE_MAIL_BOUNCES": BOUNCES, "REPRIEVE_LOG_LEVEL": "DEBUG"}


@pytest.mark.req("S1-18")
async def test_every_mail_that_was_answered_with_250_is_there_after_a_kill(tmp_path: Path, store: SqlStore) -> None:
    (port,) = free_ports(1)
    taken: list[str] = []

    async def one(number: int) -> None:
        if await send(port, postfix(own=f"n{number}"), "", BOUNCES):
            taken.append(f"<n{number}@mx.hosting.example>")

    async with mail_process(tmp_path, "killed", **environment(port)) as killed:
        sending = [asyncio.create_task(one(number)) for number in range(60)]
        await until(lambda: len(taken) >= 10)
        await killed.child.kill()
        await asyncio.gather(*sending)
    kept = [await store.inbound_mail(each) for each in taken]
    assert len(taken) >= 10
    assert None not in kept


async def test_the_log_names_nobody_and_a_stop_is_a_stop(tmp_path: Path, store: SqlStore) -> None:
    (port,) = free_ports(1)
    async with mail_process(tmp_path, "log", **environment(port)) as door:
        assert await send(port, postfix(), "", BOUNCES)
        assert await send(port, customer_mail(), OWNER, NO_REPLY)
        assert not await send(port, customer_mail(), OWNER, "somebody@elsewhere.example")
        # Temporal is away, and so is the mail server: both wait.
        await until(lambda: door.said("a mail waits: the other side is away"))
        assert await door.child.stop() == 0
        for private in ("@bakery.example", "@elsewhere.example", "When is it due", "Traceback"):
            assert private not in door.log


async def ended(folder: Path, **env: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "portal.mail", cwd=ROOT, env={**os.environ, **settings(folder), **env},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_without_a_port_or_a_secret_it_does_not_start_and_says_why(tmp_path: Path, store: SqlStore) -> None:
    status, said = await ended(tmp_path, REPRIEVE_LINK_SECRETS="[]")
    assert (status, "Traceback" in said) == (2, False), said
    assert "setting REPRIEVE_MAIL_IN_PORT: 0 keeps the door for mail closed" in said
    assert "setting REPRIEVE_LINK_SECRETS: without it anybody could invent" in said


async def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path, store: SqlStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, said = await ended(tmp_path, REPRIEVE_MAIL_IN_PORT=str(taken.getsockname()[1]))
    assert (status, "another REPRIEVE_MAIL_IN_PORT" in said, "Traceback" in said) == (1, True, False), said


async def test_neither_door_stops_the_other(tmp_path: Path, store: SqlStore) -> None:
    (port,) = free_ports(1)
    async with portal_process(tmp_path, "pages", **environment(port)) as pages:
        assert not await send(port, postfix(own="early"), "", BOUNCES), "the portal takes no mail"
        async with mail_process(tmp_path, "mails", **environment(port)) as mails:
            pages.child.freeze()
            assert await send(port, postfix(), "", BOUNCES)
            pages.child.thaw()
            mails.child.freeze()
            assert (await pages.http.get("/pay/help")).status_code == 200
            mails.child.thaw()


def test_the_portal_s_process_has_no_smtp_server_in_it() -> None:
    words = "import sys, portal.__main__; sys.exit('aiosmtpd' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=False).returncode == 0


@pytest.mark.req("S0-08")
async def test_in_a_maintenance_window_a_customer_s_mail_opens_its_ticket_though_no_page_is_there(
    tmp_path: Path, store: SqlStore
) -> None:
    (port,) = free_ports(1)
    at, hour = now(), timedelta(hours=1)
    await store.put_window(Window(id="w", since=at - hour, until=at + hour, zone="UTC", reason="New disks."))
    async with (
        portal_process(tmp_path, "window", **environment(port)) as portal,
        mail_process(tmp_path, "window-mail", **environment(port)),
    ):
        page = await portal.http.get("/pay/INV-1")
        assert (page.status_code, "New disks." in page.text) == (503, True)
        assert await send(port, customer_mail("I cannot pay just now."), OWNER, NO_REPLY)

        async def is_open() -> bool:
            return bool(await store.tickets("bakery"))

        await until_true(is_open)
    (ticket,) = await store.tickets("bakery")
    assert (ticket.kind, ticket.department, ticket.invoice) == (TicketKind.CUSTOMER_MAIL, Department.BILLING, "INV-1")
    assert "I cannot pay just now." in ticket.body


async def test_strangers_are_told_so_and_hold_no_connection(tmp_path: Path, store: SqlStore) -> None:
    """On the event loop that the process has, whose transports are not asyncio's."""
    (port,) = free_ports(1)
    async with mail_process(tmp_path, "strangers", REPRIEVE_MAIL_RELAYS='["127.0.0.2/32"]', **environment(port)):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(10):
            assert (await reader.read()).startswith(b"554 "), "the end follows at once"
        writer.close()
        full = [await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0)) for _ in range(101)]
        async with asyncio.timeout(20):
            said = [(await reader.readline())[:3] for reader, _ in full]
        assert said == [*[b"220"] * 100, b"421"]
        assert await full[-1][0].read() == b"", "who is one too many does not hold a connection either"
        for _, writer in full:
            writer.close()
