import asyncio
import io
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.store import SqlStore
from cli.shell.preferences import settings
from sandbox.stage.stage import Stage
from starter import main
from tests.cli.command import Operate, Said


class Keyboard(io.TextIOWrapper):
    """Somebody is there, and types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def offline(
    staffed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Operate:
    """Run commands in this process, with no server anywhere: ten times as fast as a process for each.

    Who names no store has one that knows the stage's users.
    """
    if "REPRIEVE_STORE_URL" not in os.environ:
        monkeypatch.setenv("REPRIEVE_STORE_URL", f"sqlite+aiosqlite:///{shutil.copy(staffed, tmp_path / 'users.db')}")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "0")  # nobody is there, and nobody comes
    monkeypatch.delenv("COLUMNS", raising=False)

    async def run(*words: str, stdin: str = "", typed: bool = False) -> Said:
        given = Keyboard if typed else io.TextIOWrapper
        monkeypatch.setattr(sys, "stdin", given(io.BytesIO(stdin.encode())))
        settings.cache_clear()
        capsys.readouterr()
        status = await asyncio.to_thread(main, words)
        settings.cache_clear()
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return run


@pytest.fixture
async def store(staffed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqlStore]:
    """Give a store of its own that has users and nothing else; the commands use it, too."""
    url = f"sqlite+aiosqlite:///{shutil.copy(staffed, tmp_path / 'own.db')}"
    monkeypatch.setenv("REPRIEVE_STORE_URL", url)
    opened = SqlStore(url)
    yield opened
    await opened.close()


@pytest.fixture
def operate(a_stage: Stage, offline: Operate, monkeypatch: pytest.MonkeyPatch) -> Operate:
    """Run commands in this process, on the stage."""
    for name, value in {**a_stage.env, "REPRIEVE_OUTAGE_SECONDS": "10"}.items():
        monkeypatch.setenv(name, value)
    return offline
