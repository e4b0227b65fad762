from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from sandbox.stage.temporal_server import TemporalServer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """Give a server of the module's own, on which no worker of a stage takes its work."""
    with (tmp_path_factory.mktemp("temporal") / "log").open("ab") as log:
        server = TemporalServer(log)
        await server.start()
        yield await server.connect()
        await server.stop()
