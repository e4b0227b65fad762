"""A stage whose store is a PostgreSQL, and gates through which commands reach that and Temporal."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest_asyncio

from adapters.store.schema import upgrade
from sandbox.stage.ports import free_ports
from sandbox.stage.stage import Stage, stage
from tests.adapters.postgres import Cluster, cluster
from tests.cli.conftest import offline as offline  # noqa: PLC0414 - a fixture for here, too
from tests.server.outages.gates import StoreGate, TemporalGate


@dataclass
class Gated:
    """`env` is for programs that come through the gates; worker and tests go straight."""

    stage: Stage
    server: Cluster
    store: StoreGate
    temporal: TemporalGate
    env: dict[str, str]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gated() -> AsyncGenerator[Gated]:
    with cluster() as server, TemporaryDirectory(prefix="reprieve-gate-") as folder:
        server.run("create database outages")
        url = server.url("outages")
        upgrade(url)
        async with stage(settings={"REPRIEVE_STORE_URL": url}) as made:
            (port,) = free_ports(1)
            here = f"postgresql+psycopg://postgres@/outages?host={folder}"
            env = {**made.env, "REPRIEVE_STORE_URL": here, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
            gates = StoreGate(Path(folder), server.folder), TemporalGate(port, made.server.address)
            for gate in gates:
                await gate.open()
            yield Gated(made, server, *gates, env)
            for gate in gates:
                gate.close()
