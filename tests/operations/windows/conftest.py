from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio

from adapters.store import SqlStore, migrate


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqlStore]:
    """Give an empty store."""
    url = f"sqlite+aiosqlite:///{tmp_path}/windows.db"
    await migrate(url)
    made = SqlStore(url)
    yield made
    await made.close()
