"""Portals over SQLite files with all tables: one of its own, or a shared one that is emptied before each test."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import delete

from adapters.store.schema import upgrade
from adapters.store.tables import metadata
from dunning.records.accounts import Account
from tests.portal.world import Portal, portal


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def url(template: Path, tmp_path: Path) -> str:
    shutil.copy(template, tmp_path / "store.db")
    return f"sqlite+aiosqlite:///{tmp_path}/store.db"


@pytest.fixture
async def door(url: str) -> AsyncGenerator[Portal]:
    """Give a portal of the test's own, which delivers to cases that take everything."""
    async with portal(url) as made:
        yield made


@pytest.fixture(scope="session")
async def shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Portal]:
    """Give one that keeps and never delivers to all tests, with whatever earlier ones left in it."""
    path = tmp_path_factory.mktemp("shared") / "store.db"
    shutil.copy(template, path)
    async with portal(f"sqlite+aiosqlite:///{path}", delivering=False, patience=0.05) as made:
        yield made


@pytest.fixture
async def kept(shared: Portal) -> Portal:
    """Give that one, empty: what it takes stays to be seen."""
    async with shared.store._writing() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(delete(table))
    cases, company = shared.cases, shared.company
    for played in (cases.cases, cases.brought, cases.troubles, company.asked, company.has, company.questions):
        played.clear()
    company.away, company.underway, company.refuses = False, (), None
    return shared


@pytest.fixture
async def bank(kept: Portal) -> Portal:
    """Give that one, with an account that the gateway knows."""
    await kept.store.put_account(Account(id="bakery", name="Example Bakery", locale="en_US", payer="cus_1"))
    return kept
