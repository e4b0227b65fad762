from collections.abc import AsyncGenerator

import pytest_asyncio
from pydantic import SecretStr

from adapters.gateways.paypal.processor import PayPal
from sandbox.companies import Sandbox
from sandbox.paypal.client import PayPalControl
from sandbox.paypal.company import CLIENT, SECRET
from sandbox.stage.process import SandboxProcess


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def companies() -> AsyncGenerator[Sandbox]:
    async with SandboxProcess() as addresses, Sandbox(addresses) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def there(companies: Sandbox) -> AsyncGenerator[PayPalControl]:
    """Give PayPal's own side."""
    yield companies.paypal
    await companies.paypal.forget()


@pytest_asyncio.fixture(loop_scope="session")
async def paypal(companies: Sandbox) -> AsyncGenerator[PayPal]:
    made = PayPal(CLIENT, SecretStr(SECRET), companies.addresses.paypal, timeout=1)
    yield made
    await made.close()
