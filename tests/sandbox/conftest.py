from collections.abc import AsyncGenerator

import pytest

from sandbox.control import Sandbox
from sandbox.process import SandboxProcess


@pytest.fixture(scope="session")
async def sandbox() -> AsyncGenerator[Sandbox]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        yield sandbox
