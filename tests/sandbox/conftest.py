from collections.abc import AsyncGenerator

import pytest
from stripe import V1Services

from sandbox.companies import Sandbox
from sandbox.stage.process import SandboxProcess
from tests.sandbox.payments.merchant import Merchant, connected


@pytest.fixture(scope="session")
async def sandbox() -> AsyncGenerator[Sandbox]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
async def api(sandbox: Sandbox) -> AsyncGenerator[V1Services]:
    async with connected(sandbox.addresses.payments) as api:
        yield api


@pytest.fixture(scope="session")
async def hasty(sandbox: Sandbox) -> AsyncGenerator[V1Services]:
    """The same without patience."""
    async with connected(sandbox.addresses.payments, patience=0.3) as api:
        yield api


@pytest.fixture
async def merchant(sandbox: Sandbox, api: V1Services, hasty: V1Services) -> Merchant:
    return await Merchant(api, hasty, sandbox.payments).with_method()
