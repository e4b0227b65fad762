"""What the adapters' tests stand on.

Every test of the store runs twice, on an SQLite file and on PostgreSQL, and finds its database empty. The tests of the
Stripe adapter share a gateway a module; each test has its own account there.
"""

import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path

import pytest
import stripe

from adapters.gateways.stripe.calls import client
from adapters.store import SqlStore
from adapters.store.schema import upgrade
from adapters.store.tables import metadata
from dunning.case.orders import ChargeOrder
from tests.adapters.companies import PATIENCE, STRIPE_KEY, PaymentCompany, stripe_payments
from tests.adapters.paying import order_of
from tests.adapters.postgres import Cluster, cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with cluster() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_migrated(postgres: Cluster) -> str:
    postgres.run("create database migrated")
    upgrade(postgres.url("migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def postgres_empty_url(postgres: Cluster) -> Iterator[str]:
    postgres.run("create database empty")
    yield postgres.url("empty")
    postgres.run("drop database empty with (force)")


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database without tables, of each kind; the SQLite file and its folder do not exist yet."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/new/store.db"
    return request.getfixturevalue("postgres_empty_url")


@pytest.fixture
def postgres_url(postgres: Cluster, postgres_migrated: str) -> Iterator[str]:
    """Give the one migrated database, and empty its tables afterwards: a new one costs a fifth of a second."""
    yield postgres.url(postgres_migrated)
    postgres.run(f"truncate {', '.join(metadata.tables)}", postgres_migrated)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "store.db")
    return f"sqlite+aiosqlite:///{tmp_path}/store.db"


@pytest.fixture(params=["sqlite_url", "postgres_url"], ids=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Give a database with all tables, of each kind."""
    return request.getfixturevalue(request.param)


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    opened = SqlStore(url)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def company() -> AsyncGenerator[PaymentCompany]:
    async with stripe_payments() as company:
        yield company


@pytest.fixture(scope="module")
async def sdk(company: PaymentCompany) -> AsyncGenerator[stripe.StripeClient]:
    http, sdk = client(STRIPE_KEY, company.url, PATIENCE)
    yield sdk
    await http.close_async()


@pytest.fixture
def order(request: pytest.FixtureRequest) -> ChargeOrder:
    return order_of(request.node.name)
