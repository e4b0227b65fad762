"""The process comes and goes with those who need it."""

import asyncio
import signal
import socket
import sys
from pathlib import Path

from sandbox.companies import Addresses, Sandbox
from sandbox.panel.whm import TOKEN, USER
from sandbox.stage.process import SandboxProcess

ROOT = Path(__file__).parents[3]
PARENT = """
import asyncio
from sandbox.stage.process import SandboxProcess

async def main():
    async with SandboxProcess() as addresses:
        print(addresses.model_dump_json(), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def listens(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def ports(addresses: Addresses) -> list[str]:
    return [addresses.payments, addresses.panel, addresses.smtp, addresses.mail, addresses.web]


async def until_gone(addresses: Addresses) -> None:
    async with asyncio.timeout(5):
        while any(listens(address) for address in ports(addresses)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def test_it_stops_with_its_context_even_while_something_is_held():
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        assert all(listens(address) for address in ports(addresses))
        await sandbox.panel.script("u", "hold")
        async with asyncio.TaskGroup() as group:
            group.create_task(_knock(addresses))
            await sandbox.panel.until_held("u")
    await until_gone(addresses)


async def _knock(addresses: Addresses) -> None:
    host, port = addresses.panel.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    token = f"Authorization: whm {USER}:{TOKEN}"
    writer.write(f"GET /json-api/unsuspendacct?api.version=1&user=u HTTP/1.1\r\nHost: x\r\n{token}\r\n\r\n".encode())
    await writer.drain()
    writer.close()


async def test_it_does_not_outlive_a_killed_parent():
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    addresses = Addresses.model_validate_json(await parent.stdout.readline())
    parent.kill()
    await parent.communicate()
    await until_gone(addresses)


async def test_it_stops_on_sigint_and_leaves_no_words():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = await process.stdout.readline()
    companies = {"payments", "panel", "smtp", "mail", "web", "paypal"}
    assert set(Addresses.model_validate_json(line).model_dump()) == companies
    process.send_signal(signal.SIGINT)
    assert await process.communicate() == (b"", b"")
    assert process.returncode == 0
