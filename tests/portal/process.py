"""`python -m portal` and `python -m portal.mail`, each as its own process."""

import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from sandbox.stage.child import Child
from sandbox.stage.stage import FACTS_SECRET
from tests.portal.world import LINK_SECRET, NEW, PATIENCE, PAYMENTS_NEW, until


class PortalProcess:
    """Its log goes to `log`; `http` speaks to it."""

    def __init__(self, child: Child, log: Path) -> None:
        self.child = child
        self._log = log
        self.http = httpx2.AsyncClient(trust_env=False, timeout=PATIENCE)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    @property
    def log(self) -> str:
        return self._log.read_text()

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    async def until_ready(self) -> None:
        self.http.base_url = f"http://127.0.0.1:{await self.until_said('portal ready')}"

    async def until_said(self, ready: str) -> int:
        """The port."""
        await until(lambda: self.said(ready) or not self.child.running)
        assert self.child.running, self.log
        return self.said(ready)[0]["port"]

    async def answers(self, status: int) -> bool:
        return (await self.http.get("/ready")).status_code == status


@asynccontextmanager
async def portal_process(folder: Path, name: str, **env: str) -> AsyncGenerator[PortalProcess]:
    """Over the store in that folder, with no Temporal unless `env` names one."""
    log = folder / f"{name}.log"
    with log.open("wb") as sink:
        process = PortalProcess(Child([sys.executable, "-m", "portal"], {**environment(folder), **env}, sink), log)
        await process.child.start()
        try:
            await process.until_ready()
            yield process
        finally:
            await process.http.aclose()
            await process.child.stop()


@asynccontextmanager
async def mail_process(folder: Path, name: str, **env: str) -> AsyncGenerator[PortalProcess]:
    """The door for mail over the store in that folder, with no Temporal unless `env` names one."""
    log = folder / f"{name}.log"
    with log.open("wb") as sink:
        program = [sys.executable, "-m", "portal.mail"]
        process = PortalProcess(Child(program, {**environment(folder), **env}, sink), log)
        await process.child.start()
        try:
            await process.until_said("mail door ready")
            yield process
        finally:
            await process.http.aclose()
            await process.child.stop()


def environment(folder: Path) -> Mapping[str, str]:
    return {
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "REPRIEVE_CONFIG": os.devnull,
        "REPRIEVE_STORE_URL": f"sqlite+aiosqlite:///{folder}/store.db",
        "REPRIEVE_STRIPE_URL": "http://127.0.0.1:1",
        "REPRIEVE_STRIPE_WEBHOOK_SECRETS": json.dumps([NEW]),
        "REPRIEVE_PAYMENT_WEBHOOK_SECRETS": json.dumps([PAYMENTS_NEW]),
        "REPRIEVE_FACTS_SECRETS": json.dumps([FACTS_SECRET]),
        "REPRIEVE_LINK_SECRETS": f'["{LINK_SECRET}"]',
        "REPRIEVE_PORTAL_PORT": "0",
    }
