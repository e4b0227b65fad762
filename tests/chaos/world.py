"""The stage that lives are played on: two workers, the portal, the companies, and a proxy in front of each of them."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from dunning.staff.role import Role
from dunning.staff.user import User
from sandbox.panel.settings import sandbox_panels
from sandbox.stage.child import Child
from sandbox.stage.ports import free_ports
from sandbox.stage.stage import PAYPAL_WEBHOOK, STRIPE_SECRET, Stage, stage
from tests.chaos import offices
from tests.chaos.drawn import Link
from tests.chaos.proxy import Proxy

PATIENCE = 60.0
QUICK = {
    # A frozen worker's call must not be over only because it took long: it goes on where it stood.
    "REPRIEVE_CALL_SECONDS": "40",
    "REPRIEVE_PANEL_SECONDS": "40",
    "REPRIEVE_GRACEFUL_SECONDS": "5",
}


DORA = User(
    key="dora",
    name="dora",
    role=Role.ADMIN,
    added_at=datetime(2026, 1, 1, tzinfo=UTC),
    disabled_at=datetime(2026, 2, 1, tzinfo=UTC),
    disabled_by="ana",
)
"""She may do nothing any more."""


class Worker:
    """One of two. It is killed and frozen by one fault at a time, and started again."""

    def __init__(self, child: Child, health: str) -> None:
        self.child = child
        self._health = health
        self.busy = asyncio.Lock()

    async def start(self) -> None:
        await self.child.start()
        await until_ready(self.child, self._health)

    async def kill(self) -> None:
        async with self.busy:
            await self.child.kill()
            await self.start()


class World:
    """What faults are done to."""

    def __init__(self, made: Stage, links: Mapping[Link, Proxy], workers: Sequence[Worker]) -> None:
        self.stage = made
        self.links = links
        self.workers = workers
        self.thawing = asyncio.Lock()
        """At most one worker is frozen at a time, so that the other goes on."""
        self._portal = asyncio.Lock()
        self._store = asyncio.Lock()

    async def kill_portal(self) -> None:
        async with self._portal:
            await self.stage.portal.kill()
            await self.start_portal()

    async def start_portal(self) -> None:
        await self.stage.portal.start()
        await until_ready(self.stage.portal, f"{self.stage.portal_url}/ready")

    async def lock_store(self, seconds: float) -> None:
        """Another program holds the only lock that writes need."""
        async with self._store:
            await asyncio.to_thread(_lock, self.stage.folder / "reprieve.db", seconds)

    async def freeze(self, worker: Worker, seconds: float) -> None:
        """It holds what it is doing, and gets nothing more: else each of its polls would take a task into the ice."""
        async with worker.busy:
            worker.child.freeze()
            self.links["temporal"].cut()
            await asyncio.sleep(seconds)
            worker.child.thaw()

    def worker_of(self, pid: int) -> Worker | None:
        return next((worker for worker in self.workers if worker.child.pid == pid), None)

    async def healed(self) -> None:
        """Nothing is broken any more, and everything runs."""
        for link in self.links.values():
            link.heal()
        await self.stage.companies.forget()
        for worker in self.workers:
            async with worker.busy:
                worker.child.thaw()
                if not worker.child.running:
                    await worker.start()
        async with self._portal:
            if not self.stage.portal.running:
                await self.start_portal()
            if not self.stage.mail_door.running:
                await self.stage.start_mail_door()
        async with self._store:
            pass


def _lock(file: Path, seconds: float) -> None:
    connection = sqlite3.connect(file, isolation_level=None, timeout=20)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        pass  # others were quicker for all that time; then it was busy enough
    finally:
        connection.close()


async def until_ready(child: Child, url: str) -> None:
    """Wait until it says so. Raises RuntimeError."""
    patience = time.monotonic() + PATIENCE
    async with httpx2.AsyncClient(trust_env=False, timeout=2) as http:
        while True:
            try:
                if (await http.get(url)).is_success:
                    return
            except httpx2.HTTPError:
                pass
            if not child.running:
                await child.start()  # what it needs at its start was broken; whoever runs it starts it again
            if time.monotonic() > patience:
                msg = f"{url} did not become ready"
                raise RuntimeError(msg)
            await asyncio.sleep(0.1)


@asynccontextmanager
async def world(keep: Path | None = None) -> AsyncGenerator[World]:
    """Everything running. `keep`: a folder that takes the processes' log when it is over."""
    links: dict[Link, Proxy] = {name: Proxy() for name in ("payments", "panel", "smtp", "temporal", "portal")}
    async with AsyncExitStack() as stack:
        for link in links.values():
            await link.start()
            stack.push_async_callback(link.stop)
        settings = {
            **QUICK,
            "TEMPORAL_ADDRESS": links["temporal"].address,
            "REPRIEVE_STRIPE_URL": f"http://{links['payments'].address}",
            "REPRIEVE_PANELS": sandbox_panels(f"http://{links['panel'].address}"),
            "REPRIEVE_HOURS": offices.settings(),
            "REPRIEVE_SMTP_PORT": str(links["smtp"].port),
            "REPRIEVE_MAIL_RELAYS": '["127.0.0.1/32"]',  # another loopback address is somebody else
        }
        made = await stack.enter_async_context(stage(worker=False, settings=settings))
        if keep:
            stack.callback(_keep, made.folder / "worker.log", keep)
        targets: dict[Link, str] = {
            "payments": made.addresses.payments,
            "panel": made.addresses.panel,
            "smtp": made.addresses.smtp,
            "temporal": made.server.address,
            "portal": made.portal_url,
        }
        for name, url in targets.items():
            links[name].leads_to(url)
        workers = (_worker(made, made.worker), _worker(made))
        for worker in workers:
            stack.push_async_callback(_end, worker)
            await worker.start()
        built = World(made, links, workers)
        await made.store.put_user(DORA)
        await built.start_portal()
        await made.start_mail_door()
        await made.companies.payments.webhook(f"http://{links['portal'].address}/webhooks/stripe", STRIPE_SECRET, 0.2)
        portal, here = f"http://{links['portal'].address}", made.addresses.paypal
        await made.companies.paypal.webhook(f"{portal}/webhooks/paypal", PAYPAL_WEBHOOK, here)
        yield built


def _worker(made: Stage, first: Child | None = None) -> Worker:
    if first:
        return Worker(first, f"http://127.0.0.1:{made.env['REPRIEVE_HEALTH_PORT']}/ready")
    health, metrics = free_ports(2)
    child = made.child(REPRIEVE_HEALTH_PORT=str(health), REPRIEVE_METRICS_ADDRESS=f"127.0.0.1:{metrics}")
    return Worker(child, f"http://127.0.0.1:{health}/ready")


async def _end(worker: Worker) -> None:
    worker.child.thaw()
    await worker.child.stop()


def _keep(log: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "processes.log").write_bytes(log.read_bytes())
