"""`make run`: all of Reprieve on one machine (Temporal and its database file, worker, portal, mail door), one Ctrl-C.

Companies that the settings do not name yet (gateway, panel, mail server) are stood in for. A folder keeps cases, store,
secrets and the log. Exit status 0 after Ctrl-C, 1 when a part of it ended, 2 when it cannot start.
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import IO

import httpx2

from adapters.settings import start
from adapters.settings.settings import ROOT, Settings
from adapters.settings.start import WrongSettingsError
from adapters.store import SqlStore
from cli.shell.options import login
from composition import now
from dunning.staff.role import Role
from operations.errors import RefusedError
from operations.staff.users import Users
from sandbox.companies import Sandbox
from sandbox.panel.settings import panel_settings, sandbox_panels
from sandbox.stage.child import Child
from sandbox.stage.ports import listens
from sandbox.stage.process import SandboxProcess
from sandbox.stage.secrets_file import kept_secrets, write_exports
from sandbox.stage.temporal_server import MissingServerError, temporal_program

STOPPED, FAILED, BAD_INPUT = 0, 1, 2
PATIENCE = 60.0
USUAL = {
    "temporal": 7233, "ui": 8233, "portal": 8802, "health": 8801,
    "payments": 8421, "panel": 8422, "smtp": 8425, "mail": 8426, "web": 8427,
    "mail_in": 8428,
}  # fmt: skip
"""The ports. The default settings look there for portal, gateway, panel and mail server; `mail` is for people.

`mail_in` is the door for bounces and replies, unless a setting names another."""
STAND_INS = ("payments", "panel", "smtp", "mail", "web")
RETENTION = "90d"
"""The development server would forget closed cases after a day."""


class CannotRunError(RuntimeError):
    """It cannot start. The text says why, and what to do."""


class Machine:
    """All programs, started in the order in which they need each other, and stopped in the other."""

    def __init__(self, folder: Path, log: IO[bytes], ports: Mapping[str, int]) -> None:
        self._folder = folder
        self._log = log
        self.ports = ports
        given = {name: value for name, value in os.environ.items() if name.startswith(("REPRIEVE_", "TEMPORAL_"))}
        left = _left_to_stand_ins(start.read(), ports)
        self.stands_in = bool(left)
        self.env = {
            "REPRIEVE_STORE_URL": f"sqlite+aiosqlite:///{folder}/reprieve.db",
            "REPRIEVE_PORTAL_PORT": str(ports["portal"]),
            "REPRIEVE_PORTAL_URL": f"http://127.0.0.1:{ports['portal']}",
            "REPRIEVE_HEALTH_PORT": str(ports["health"]),
            **({"REPRIEVE_PROBE_NETWORKS": '["127.0.0.0/8"]'} if left else {}),
            **kept_secrets(folder / "secrets.env", given),
            **given,
            **left,
            "REPRIEVE_MAIL_IN_PORT": str(start.read().mail_in_port or ports["mail_in"]),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{ports['temporal']}",
        }
        os.environ.update(self.env)
        self.settings = start.read()
        self._parts: dict[str, Child] = {}
        self.first_user = ""

    async def start(self, stack: AsyncExitStack) -> None:
        """Start everything. Raises CannotRunError."""
        _check_ports([port for name, port in self.ports.items() if self.stands_in or name not in STAND_INS])
        server = [temporal_program(), "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "error"]
        server += ["--port", str(self.ports["temporal"]), "--ui-port", str(self.ports["ui"])]
        server += ["--db-filename", str(self._folder / "temporal.db")]
        await self._start(stack, "Temporal", server, _page(f"http://127.0.0.1:{self.ports['ui']}"))
        await asyncio.to_thread(_keep_closed_cases, self.env["TEMPORAL_ADDRESS"])
        if self.stands_in:
            options = [word for name in STAND_INS for word in (f"--{name}-port", str(self.ports[name]))]
            addresses = await stack.enter_async_context(SandboxProcess(*options))
            async with Sandbox(addresses) as companies:
                secrets = self.settings.stripe_webhook_secrets
                at = f"http://127.0.0.1:{self.settings.portal_port}/webhooks/stripe"
                await companies.payments.webhook(at, secrets[0].get_secret_value() if secrets else "")
        health = _page(f"http://127.0.0.1:{self.settings.health_port}/ready")
        await self._start(stack, "the worker", [sys.executable, "worker.py"], health)
        self.first_user = await _first_user(self.settings.store_url)
        portal = _page(f"http://127.0.0.1:{self.settings.portal_port}/ready")
        await self._start(stack, "the portal", [sys.executable, "-m", "portal"], portal)
        settings = self.settings
        await self._start(
            stack,
            "the door for mail",
            [sys.executable, "-m", "portal.mail"],
            lambda: listens(settings.mail_in_host, settings.mail_in_port),
        )

    async def _start(
        self, stack: AsyncExitStack, name: str, program: list[str], there: Callable[[], Awaitable[bool]]
    ) -> None:
        part = self._parts[name] = Child(program, self.env, self._log)
        stack.push_async_callback(part.stop)
        await part.start()
        began = time.monotonic()
        while not await there():
            if not part.running or time.monotonic() - began > PATIENCE:
                raise CannotRunError(f"{name} does not start; its last words are in {self._folder / 'run.log'}")
            await asyncio.sleep(0.1)

    async def until_one_ends(self) -> str:
        """The name of the part that ended by itself."""
        while True:
            for name, part in self._parts.items():
                if not part.running:
                    return name
            await asyncio.sleep(0.5)


def _left_to_stand_ins(settings: Settings, ports: Mapping[str, int]) -> dict[str, str]:
    """Where the companies are that the settings do not name: as they come, or as an earlier run wrote them down."""
    usual = Settings.model_fields
    gateway, panel = (f"http://127.0.0.1:{ports[name]}" for name in ("payments", "panel"))
    left: dict[str, str] = {}
    if settings.stripe_url in (usual["stripe_url"].default, gateway):
        left["REPRIEVE_STRIPE_URL"] = gateway
    if settings.panels in (usual["panels"].default, panel_settings(panel)):
        left["REPRIEVE_PANELS"] = sandbox_panels(panel)
    if settings.smtp_port in (usual["smtp_port"].default, ports["smtp"]):
        left |= {"REPRIEVE_SMTP_HOST": "127.0.0.1", "REPRIEVE_SMTP_PORT": str(ports["smtp"])}
    return left


async def _first_user(url: str) -> str:
    """Make whoever runs this the first user of a new store; their name, or empty when they are not its first user."""
    store = SqlStore(url)
    try:
        return (await Users(store, now).add(login(), Role.ADMIN, "", login())).user.name
    except RefusedError:  # it has users, or the system knows no name that a user may have
        return ""
    finally:
        await store.close()


def _check_ports(ports: list[int]) -> None:
    for port in ports:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                raise CannotRunError(
                    f"port {port} is taken: is all of it running already? Or use others: --ports 9000"
                ) from None


def _keep_closed_cases(address: str) -> None:
    command = [temporal_program(), "operator", "namespace", "update", "--retention", RETENTION, "-n", "default"]
    subprocess.run([*command, "--address", address], check=False, capture_output=True)  # noqa: S603 - our own words only


def _page(url: str) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=True) as http:
            try:
                return (await http.get(url, timeout=2)).is_success
            except httpx2.HTTPError:
                return False

    return answers


def _tell(machine: Machine, folder: Path) -> None:
    lines = [
        f"Temporal's web UI       http://127.0.0.1:{machine.ports['ui']}",
        f"the portal              {machine.settings.portal_url}",
        f"the door for mail       {machine.settings.mail_in_host}:{machine.settings.mail_in_port}",
        *([f"mails that were caught  http://127.0.0.1:{machine.ports['mail']}"] if machine.stands_in else []),
        f"log                     {folder / 'run.log'}",
        *([f"who may decide          {machine.first_user}, an admin (docs/staff.md)"] if machine.first_user else []),
        "",
        "In another terminal, from here:",
        f"    . {folder / 'run.env'}",
        "    .venv/bin/python starter.py list",
        "",
        "Ctrl-C stops all of it; cases, store and secrets stay.",
    ]
    print("\n".join(lines), flush=True)


async def run(folder: Path, ports: Mapping[str, int]) -> int:
    """Run until a signal comes, or until a part of it ends."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        machine = Machine(folder, stack.enter_context((folder / "run.log").open("ab")), ports)
        starting, stopping = asyncio.create_task(machine.start(stack)), asyncio.create_task(stop.wait())
        await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            return STOPPED
        await starting
        write_exports(folder / "run.env", machine.env)
        _tell(machine, folder)
        ending = asyncio.create_task(machine.until_one_ends())
        await asyncio.wait((ending, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            print(f"{await ending} has ended; the rest is stopped. See {folder / 'run.log'}", file=sys.stderr)
            return FAILED
        print("Stopping.", flush=True)
        ending.cancel()
    return STOPPED


def main() -> int:
    """Read the command line and run. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.run", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".reprieve", help="what is kept from run to run")
    parser.add_argument("--ports", type=int, help="ten ports from this one on, instead of the usual ones")
    options = parser.parse_args()
    ports = {name: options.ports + place for place, name in enumerate(USUAL)} if options.ports else USUAL
    folder = options.folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return asyncio.run(run(folder, ports))
    except (CannotRunError, MissingServerError, WrongSettingsError, OSError) as error:
        print(f"run: {error}", file=sys.stderr)
        return BAD_INPUT


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
