from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis.internal.conjecture import engine

from adapters.store import SqlStore, migrate
from sandbox.stage.staff import employ
from sandbox.stage.stage import Stage, stage

# A failing property of whole lives shrinks for minutes; `faulthandler_timeout` would end its process before it is told.
engine.MAX_SHRINKING_SECONDS = 60


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def a_stage() -> AsyncGenerator[Stage]:
    """Give a real Temporal server, worker and companies. All tests share them: use names that no other test uses."""
    async with stage() as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a store that has the stage's users and nothing else. To be copied; nobody changes it."""
    path = tmp_path_factory.mktemp("staffed") / "store.db"
    url = f"sqlite+aiosqlite:///{path}"
    await migrate(url)
    store = SqlStore(url)
    await employ(store)
    await store.close()
    return path


LONG = ("year", "server/races", "server/outages", "server", "e2e", "cli", "portal")
"""Folders whose files have few tests, each of which waits for servers."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: else one process plays whole lives at the end, while the others have nothing left."""
    here = Path(__file__).parent
    items.sort(key=lambda item: _place(item.path.relative_to(here).as_posix()))


def _place(file: str) -> int:
    return next((place for place, folder in enumerate(LONG) if file.startswith(f"{folder}/")), len(LONG))
