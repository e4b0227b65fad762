"""Everything around a case, really running: Temporal, the sandbox companies, and the worker as its own process."""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import httpx2
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.ring import Ring
from adapters.settings.settings import Settings
from adapters.signed_links import Links
from adapters.store import SqlStore, migrate
from adapters.temporal.codec import converter_from
from adapters.temporal.signing import Signer, signer_from
from composition import Composition
from dunning.policy.file import Policy
from operations.invoices.new_invoice import NewInvoice
from operations.invoices.open_invoice import Opening
from sandbox.companies import Addresses, Sandbox
from sandbox.panel.settings import sandbox_panels
from sandbox.paypal.company import CLIENT, SECRET
from sandbox.stage.child import Child
from sandbox.stage.ports import free_ports, listens
from sandbox.stage.process import SandboxProcess
from sandbox.stage.staff import employ
from sandbox.stage.temporal_server import TemporalServer

QUEUE = "reprieve"
FACTS_SECRET = "only-for-facts-of-a-stage-gone-in-seconds"  # noqa: S105 - signs between programs of ours on loopback
STRIPE_SECRET = "whsec_of_a_stage_that_is_gone_in_seconds"  # noqa: S105 - signs events between two processes of ours on loopback
PAYMENTS_SECRET = "whsec_b2YgYSBzdGFnZSwgZm9yIG90aGVyIHByb2Nlc3NvcnM="  # noqa: S105 - the same
PAYPAL_WEBHOOK = "WH-OF-A-STAGE"
PATIENCE = 30.0
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there
ENOUGH = 2**30
"""Bytes that have to be free there."""
SKIPS = 4000


class Stage:
    """What a demo, a rehearsal or a test plays on. `env` is the environment of worker and command line."""

    def __init__(self, server: TemporalServer, addresses: Addresses, folder: Path, settings: Mapping[str, str]) -> None:
        self.server = server
        self.addresses = addresses
        self.folder = folder
        self.companies = Sandbox(addresses)
        self._health, self.metrics, portal_port, self.mail_in = free_ports(4)
        self.portal_url = f"http://127.0.0.1:{portal_port}"
        host, _, port = addresses.smtp.rpartition(":")
        self.env = {
            "TEMPORAL_ADDRESS": server.address,
            "TEMPORAL_NAMESPACE": "default",
            "TEMPORAL_CONFIG_FILE": os.devnull,
            "REPRIEVE_CONFIG": os.devnull,
            "REPRIEVE_STORE_URL": f"sqlite+aiosqlite:///{folder}/reprieve.db",
            "REPRIEVE_STRIPE_URL": addresses.payments,
            "REPRIEVE_STRIPE_KEY": "sk_test_sandbox",
            "REPRIEVE_STRIPE_WEBHOOK_SECRETS": f'["{STRIPE_SECRET}"]',
            "REPRIEVE_PAYPAL_CLIENT": CLIENT,
            "REPRIEVE_PAYPAL_SECRET": SECRET,
            "REPRIEVE_PAYPAL_URL": addresses.paypal,
            "REPRIEVE_PAYPAL_WEBHOOK": PAYPAL_WEBHOOK,
            "REPRIEVE_PAYPAL_CA_FILE": f"{folder}/paypal.pem",
            "REPRIEVE_PAYMENT_WEBHOOK_SECRETS": f'["{PAYMENTS_SECRET}"]',
            # Far from now: a sweep heals what a test means to be lost.
            "REPRIEVE_SWEEP_HOUR": str((time.gmtime().tm_hour + 12) % 24),
            "REPRIEVE_DRIFT_MINUTE": str((time.gmtime().tm_min + 30) % 60),
            # Most stages have no portal: who tests outages turns it on.
            "REPRIEVE_OUTAGE_CHECKS": "false",
            "REPRIEVE_FACTS_SECRETS": f'["{FACTS_SECRET}"]',
            "REPRIEVE_LINK_SECRETS": '["only-for-a-stage-that-is-gone-in-seconds"]',
            "REPRIEVE_SITE_WEBHOOK_SECRET": "only-for-sites-of-a-stage-gone-in-seconds",
            "REPRIEVE_PROBE_NETWORKS": '["127.0.0.0/8"]',
            "REPRIEVE_PORTAL_PORT": str(portal_port),
            "REPRIEVE_PORTAL_URL": self.portal_url,
            "REPRIEVE_PANELS": sandbox_panels(addresses.panel),
            "REPRIEVE_SMTP_HOST": host,
            "REPRIEVE_SMTP_PORT": port,
            "REPRIEVE_MAIL_BOUNCES": "bounces@hosting.example",
            "REPRIEVE_DIGEST_SECONDS": "4",
            "REPRIEVE_MAIL_IN_PORT": str(self.mail_in),
            "REPRIEVE_HEALTH_PORT": str(self._health),
            "REPRIEVE_METRICS_ADDRESS": f"127.0.0.1:{self.metrics}",
            "REPRIEVE_GRACEFUL_SECONDS": "10",
            "REPRIEVE_STICKY_SECONDS": "1",
            "REPRIEVE_CALL_SECONDS": "5",
            "REPRIEVE_PANEL_SECONDS": "5",
            # A stage sees a year of suspensions in minutes.
            "REPRIEVE_BREAKER_MOST": "1000000",
            "REPRIEVE_BREAKER_LEAST": "1000000",
            **settings,
        }
        self._log = (folder / "worker.log").open("ab")
        self.worker = self.child()
        self.portal = Child([sys.executable, "-m", "portal"], self.env, self._log)
        self.mail_door = Child([sys.executable, "-m", "portal.mail"], self.env, self._log)
        self._settings = _settings_of(self.env)
        self._stack = AsyncExitStack()
        self.store = SqlStore(self._settings.store_url)

    @property
    def links(self) -> Links:
        """Its pay links, as its mails have them."""
        return Links(Ring(self._settings.signing_secrets), self.portal_url)

    async def connect(self) -> Client:
        """A client on real time."""
        return await self.server.connect(converter_from(self._settings))

    async def skipper(self) -> TimeSkipper:
        """A client whose workflows run on virtual time."""
        return TimeSkipper(await self.connect(), config=TimeSkippingConfig(max_session_skip_count=SKIPS))

    @property
    def signer(self) -> Signer:
        """Signs what is sent to its cases beside the operations."""
        return signer_from(self._settings)

    def made(self, client: Client) -> Composition:
        """The operations, put together as every process does it, on this stage's store and through that client."""
        return Composition(self._settings, lambda: client, self._stack, self.store)

    async def open(self, client: Client, row: NewInvoice, policy: Policy) -> Opening:
        """Open an invoice under any policy, also one of no file."""
        return await self.made(client).open_invoice.open(row, policy)

    async def start_worker(self) -> None:
        """Start the worker and wait until it polls. Raises RuntimeError with its last words when it does not."""
        await self.worker.start()
        await self._until_ready(self.worker, f"http://127.0.0.1:{self._health}/ready")

    def child(self, **settings: str) -> Child:
        """A worker that has these settings beside the stage's; it is not started yet."""
        return Child([sys.executable, "worker.py"], {**self.env, **settings}, self._log)

    async def another_worker(self) -> Child:
        """A second worker beside the first, on ports of its own; whoever asked stops it. Raises RuntimeError."""
        health, metrics = free_ports(2)
        child = self.child(REPRIEVE_HEALTH_PORT=str(health), REPRIEVE_METRICS_ADDRESS=f"127.0.0.1:{metrics}")
        await child.start()
        await self._until_ready(child, f"http://127.0.0.1:{health}/ready")
        return child

    async def start_portal(self) -> None:
        """Start the portal, and let gateway and processor send their events there. Raises RuntimeError."""
        await self.portal.start()
        await self._until_ready(self.portal, f"{self.portal_url}/ready")
        await self.companies.payments.webhook(f"{self.portal_url}/webhooks/stripe", STRIPE_SECRET)
        here = self.addresses.paypal
        await self.companies.paypal.webhook(f"{self.portal_url}/webhooks/paypal", PAYPAL_WEBHOOK, here)

    async def start_mail_door(self) -> None:
        """Start the door for mail, and wait until it takes some. Raises RuntimeError."""
        await self.mail_door.start()
        await self._until(self.mail_door, lambda: listens("127.0.0.1", self.mail_in), "the door for mail")

    async def trust_paypal(self) -> None:
        """Write down whose certificates every portal of this stage believes."""
        (self.folder / "paypal.pem").write_bytes(await self.companies.paypal.authority())

    async def _until_ready(self, child: Child, url: str) -> None:
        async with httpx2.AsyncClient(trust_env=False) as http:
            await self._until(child, lambda: _ready(http, url), url)

    async def _until(self, child: Child, there: Callable[[], Awaitable[bool]], name: str) -> None:
        patience = time.monotonic() + PATIENCE
        while not await there():
            if time.monotonic() > patience or not child.running:
                words = (self.folder / "worker.log").read_text()[-2000:]
                msg = f"{name} did not become ready; the log ends:\n{words}"
                raise RuntimeError(msg)
            await asyncio.sleep(0.05)

    async def with_payer(self, row: NewInvoice) -> NewInvoice:
        """The row of a customer whom the gateway knows, with a card on file."""
        if row.payer:
            return row
        return row.model_copy(update={"payer": await self.companies.payments.customer(row.account)})

    def with_probes(self, row: NewInvoice) -> NewInvoice:
        """The row with each service looked at from outside, on the sandbox's web host."""
        services = [each.model_copy(update={"probe": f"{self.addresses.web}/{each.user}"}) for each in row.services]
        return row.model_copy(update={"services": tuple(services)})

    async def close(self) -> None:
        """Stop worker, portal and the door for mail, and close everything."""
        await self.worker.stop()
        await self.portal.stop()
        await self.mail_door.stop()
        await self.companies.close()
        await self._stack.aclose()
        await self.store.close()
        self._log.close()


def _settings_of(environment: Mapping[str, str]) -> Settings:
    """As a process reads them that has this environment and nothing of ours."""
    with patch.dict(os.environ, environment, clear=True):
        return Settings()


async def _ready(http: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url, timeout=2)).is_success
    except httpx2.HTTPError:
        return False


def in_memory() -> Path | None:
    """Where memory has a folder with room for a stage."""
    there = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return MEMORY if there else None


@asynccontextmanager
async def stage(
    *,
    ui: bool = False,
    database: bool = False,
    worker: bool = True,
    portal: bool = False,
    settings: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    disk: bool = False,
) -> AsyncGenerator[Stage]:
    """Set the stage in a temporary folder; all of it is gone at the end.

    `database`: Temporal keeps a file. `portal`: the portal runs, and hears the gateway; the door for mail, too.
    `settings`: more environment for the worker, such as rate limits. `flags`: more of Temporal's dynamic configuration.
    `disk`: also where memory has a folder, for whoever measures: nothing of a stage has to outlive the machine, and
    each of a disk's promises takes milliseconds.
    """
    async with AsyncExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="reprieve-", dir=None if disk else in_memory()))
        )
        log = stack.enter_context((folder / "temporal.log").open("ab"))
        server = TemporalServer(log, ui=ui, database=folder / "temporal.db" if database else None, flags=flags)
        stack.push_async_callback(server.stop)
        await server.start()
        addresses = await stack.enter_async_context(SandboxProcess())
        made = Stage(server, addresses, folder, settings or {})
        stack.push_async_callback(made.close)
        await made.trust_paypal()
        await migrate(made.env["REPRIEVE_STORE_URL"])
        await employ(made.store)
        if worker:
            await made.start_worker()
        if portal:
            await made.start_portal()
            await made.start_mail_door()
        yield made
