"""The door for mail in its own process: what it took survives a kill, and its log names nobody."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import aiosmtplib
import pytest

from adapters.store import SqlStore
from composition import now
from dunning.tickets.kind import Department, TicketKind
from dunning.windows.window import Window
from sandbox.stage.ports import free_ports
from tests.dunning.reports import customer_mail, postfix
from tests.portal.post import BOUNCES, NO_REPLY, OWNER, furnish
from tests.portal.process import portal_process
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

    async with portal_process(tmp_path, "killed", **environment(port)) as killed:
        sending = [asyncio.create_task(one(number)) for number in range(60)]
        await until(lambda: len(taken) >= 10)
        await killed.child.kill()
        await asyncio.gather(*sending)
    kept = [await store.inbound_mail(each) for each in taken]
    assert len(taken) >= 10
    assert None not in kept


async def test_the_log_names_nobody_and_a_stop_is_a_stop(tmp_path: Path, store: SqlStore) -> None:
    (port,) = free_ports(1)
    async with portal_process(tmp_path, "log", **environment(port)) as door:
        assert await send(port, postfix(), "", BOUNCES)
        assert await send(port, customer_mail(), OWNER, NO_REPLY)
        assert not await send(port, customer_mail(), OWNER, "somebody@elsewhere.example")
        # Temporal is away, and so is the mail server: both wait.
        await until(lambda: door.said("a mail waits: the other side is away"))
        assert await door.child.stop() == 0
        for private in ("@bakery.example", "@elsewhere.example", "When is it due", "Traceback"):
            assert private not in door.log


async def test_without_a_port_no_mail_is_taken(tmp_path: Path, store: SqlStore) -> None:
    (port,) = free_ports(1)
    async with portal_process(tmp_path, "off"):
        assert not await send(port, postfix(), "", BOUNCES)


@pytest.mark.req("S0-08")
async def test_in_a_maintenance_window_a_customer_s_mail_opens_its_ticket_though_no_page_is_there(
    tmp_path: Path, store: SqlStore
) -> None:
    (port,) = free_ports(1)
    at, hour = now(), timedelta(hours=1)
    await store.put_window(Window(id="w", since=at - hour, until=at + hour, zone="UTC", reason="New disks."))
    async with portal_process(tmp_path, "window", **environment(port)) as portal:
        page = await portal.http.get("/pay/INV-1")
        assert (page.status_code, "New disks." in page.text) == (503, True)
        assert await send(port, customer_mail("I cannot pay just now."), OWNER, NO_REPLY)

        async def is_open() -> bool:
            return bool(await store.tickets("bakery"))

        await until_true(is_open)
    (ticket,) = await store.tickets("bakery")
    assert (ticket.kind, ticket.department, ticket.invoice) == (TicketKind.CUSTOMER_MAIL, Department.BILLING, "INV-1")
    assert "I cannot pay just now." in ticket.body
