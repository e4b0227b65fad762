from collections.abc import AsyncGenerator

import pytest_asyncio

from sandbox.stage.stage import Stage, stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def open_stage() -> AsyncGenerator[Stage]:
    """Give a stage whose portal runs: the gateway's events reach it as signed webhooks."""
    async with stage(portal=True) as made:
        yield made
