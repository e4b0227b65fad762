from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.store import SqlStore, migrate


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    await migrate(url)
    opened = SqlStore(url)
    yield opened
    await opened.close()
