"""Starts the sandbox as its own process: tests, demo and rehearsal talk to it over real sockets."""

import asyncio
import sys
from pathlib import Path
from types import TracebackType

from sandbox.companies import Addresses

_ROOT = Path(__file__).parents[2]
_PATIENCE = 10.0


class SandboxProcess:
    """`async with SandboxProcess() as addresses:`; the process also ends when ours is killed."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Addresses:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox", "--with-parent", *self._options,
            cwd=_ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, process_group=0,
        )  # fmt: skip
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), _PATIENCE)
            return Addresses.model_validate_json(line)
        except BaseException:
            await self.stop()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Ask it to stop, then make it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            # communicate() closes both pipes; wait() alone would leave them to the garbage collector.
            await asyncio.wait_for(process.communicate(), _PATIENCE)
        except TimeoutError:
            process.kill()
            await process.communicate()
