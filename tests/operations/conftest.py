import pytest_asyncio

from composition import Composition
from sandbox.stage.stage import Stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def made(a_stage: Stage) -> Composition:
    """Give the operations on the stage."""
    return a_stage.made(await a_stage.connect())
