from collections.abc import AsyncGenerator

import pytest_asyncio

from sandbox.stage.stage import Stage, stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def a_stage() -> AsyncGenerator[Stage]:
    """Give a real Temporal server, worker and companies. All tests share them: use names that no other test uses."""
    async with stage() as made:
        yield made
