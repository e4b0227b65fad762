from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from adapters.settings.settings import Settings
from composition import Composition
from sandbox.stage.stage import Stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def made(a_stage: Stage) -> AsyncGenerator[Composition]:
    """Give the operations, put together as every process does it, on the stage's store and server."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in a_stage.env.items():
            environment.setenv(name, value)
        settings = Settings()
    client = await a_stage.connect()
    async with AsyncExitStack() as stack:
        yield Composition(settings, lambda: client, stack)
