"""A child process that is stopped again, and that dies with us when we are killed."""

import asyncio
import ctypes
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def foreign_settings_dropped() -> dict[str, str]:
    """Our environment without the operator's own settings: a stage must never reach a real namespace or store."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "REPRIEVE_"))}


class Child:
    """Starts one program from the repository's root; `log` takes all that it prints."""

    def __init__(self, program: Sequence[str], env: Mapping[str, str], log: IO[bytes]) -> None:
        self._program = program
        self._env = {**foreign_settings_dropped(), **env}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Its process id; 0 before it was started."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Start it."""
        self._process = await asyncio.create_subprocess_exec(
            *self._program,
            cwd=ROOT,
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            preexec_fn=_die_with_parent,
            process_group=0,  # Ctrl-C in a terminal reaches us alone: we stop it in its turn
        )

    async def stop(self) -> int | None:
        """Ask it to stop (SIGTERM), then make it. Returns its exit status."""
        if self._process and self.running:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), PATIENCE)
            except TimeoutError:
                await self.kill()
        return self._process.returncode if self._process else None

    def freeze(self) -> None:
        """SIGSTOP: as a virtual machine that is paused."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on where it was."""
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        if self._process and self.running:
            self._process.send_signal(what)

    async def kill(self) -> None:
        """SIGKILL: as a crash would."""
        if self._process and self.running:
            self._process.kill()
            await self._process.wait()
