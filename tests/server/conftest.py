from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from sandbox.stage.stage import Stage, stage
from tests.cli.command import Operate, Said
from tests.cli.conftest import offline as offline  # noqa: PLC0414 - a fixture for here, too


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def open_stage() -> AsyncGenerator[Stage]:
    """Give a stage whose portal runs: the gateway's events reach it as signed webhooks."""
    async with stage(portal=True) as made:
        yield made


@pytest.fixture
def typed(offline: Operate, monkeypatch: pytest.MonkeyPatch) -> Operate:
    """Run commands in this process on the stage that comes first; a process for each takes two seconds more."""

    async def run(on: Stage, *words: str, stdin: str = "", patience: int = 10) -> Said:
        for name, value in {**on.env, "REPRIEVE_OUTAGE_SECONDS": str(patience)}.items():
            monkeypatch.setenv(name, value)
        return await offline(*words, stdin=stdin)

    return run
