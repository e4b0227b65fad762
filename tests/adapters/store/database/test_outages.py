"""The store is away, locked or full: one error of ours, and everything works again when that is over."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from activities.payments.use_credit import UseCredit
from adapters.store import SqlStore, migrate
from dunning.case.orders import CreditOrder
from dunning.money import Money
from dunning.ports.outages import StoreOutageError
from dunning.records.accounts import Account
from dunning.records.inbox import InboxEvent
from operations.money.spread_credit import SpreadCredit
from tests.adapters.postgres import Cluster, cluster
from tests.adapters.store.test_store import ACCOUNT, AT
from tests.operations.deaf import NOBODY

WEBHOOK = InboxEvent(source="stripe", id="evt_1", body="{}", at=AT)
LOCKING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("begin immediate")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def paused(server: Cluster) -> Generator[None]:
    """All of a server's processes are stopped, as those of a machine that is paused: the kernel still takes calls."""
    first = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    several = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    for pid in several:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in several:
            os.kill(pid, signal.SIGCONT)


async def test_a_server_that_says_nothing_is_an_outage_and_a_long_query_is_none() -> None:
    with cluster() as server:
        await migrate(server.url("postgres"))
        store = SqlStore(server.url("postgres"), 1)
        await store.put_account(ACCOUNT)
        for call in (lambda: store.account("a-1"), lambda: migrate(server.url("postgres"), 1)):
            with paused(server):
                began = time.monotonic()
                with pytest.raises(StoreOutageError):
                    await call()
            assert time.monotonic() - began < 30
            assert await store.account("a-1") == ACCOUNT
        assert store.silence is not None
        async with store.silence.noticed(), store._reading() as connection:
            await connection.execute(text("select pg_sleep(6)"))
        await store.close()


@pytest.fixture
def locked(sqlite_url: str) -> Iterator[str]:
    """Give a file that another process writes to and does not finish."""
    call = [sys.executable, "-c", LOCKING, sqlite_url.partition("///")[2]]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        yield sqlite_url
        other.communicate()


async def test_a_postgres_that_is_stopped_is_an_outage_for_reading_writing_and_migrating() -> None:
    with cluster() as server:
        url = server.url("postgres")
        await migrate(url)
        store = SqlStore(url, 0.2)
        await store.put_account(ACCOUNT)
    for call in (store.account("a-1"), store.put_account(ACCOUNT), store.handled(WEBHOOK, "paid"), migrate(url, 0.2)):
        with pytest.raises(StoreOutageError, match="the store does not work: "):
            await call
    await store.close()


async def test_a_connection_that_is_lost_in_the_middle_is_an_outage_and_the_next_call_works(
    postgres_url: str, postgres: Cluster, postgres_migrated: str
) -> None:
    store = SqlStore(postgres_url)
    await store.put_account(ACCOUNT)

    async def lose_it() -> None:
        async with store._writing() as connection:
            await connection.execute(text("delete from contacts"))
            others = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and "
            postgres.run(f"{others} datname = current_database()", postgres_migrated)
            await connection.execute(text("delete from services"))

    with pytest.raises(StoreOutageError):
        await lose_it()
    assert await store.account("a-1") == ACCOUNT
    await store.close()


async def test_what_is_wrong_for_good_is_said_at_once(postgres: Cluster) -> None:
    store = SqlStore(postgres.url("never_made"), 60)
    began = time.monotonic()
    with pytest.raises(StoreOutageError, match="does not exist"):
        await store.account("a-1")
    assert time.monotonic() - began < 30
    await store.close()


async def test_a_file_that_another_process_locks_is_an_outage_for_who_writes(locked: str) -> None:
    store = SqlStore(locked, 0.05)
    with pytest.raises(StoreOutageError, match="database is locked"):
        await store.put_account(ACCOUNT)
    with pytest.raises(LookupError):
        await store.account("a-1")  # who reads is not kept waiting
    await store.close()


async def test_a_full_disk_is_an_outage_whose_words_name_no_row(sqlite_url: str) -> None:
    store = SqlStore(sqlite_url)
    async with store._reading() as connection:
        await connection.execute(text("pragma max_page_count = 1"))
    with pytest.raises(StoreOutageError) as outage:
        await store.put_account(Account(id="a-1", name="Jane" * 100_000))
    assert str(outage.value) == "the store does not work: database or disk is full"
    assert outage.value.__cause__ is None
    await store.close()


async def test_a_file_that_is_no_database_and_a_folder_that_cannot_be_are_outages(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database" * 100)
    for place in ("notes.txt", "notes.txt/store.db"):
        with pytest.raises(StoreOutageError):
            await migrate(f"sqlite+aiosqlite:///{tmp_path}/{place}")


async def test_an_activity_raises_it_so_that_temporal_tries_again(locked: str) -> None:
    store = SqlStore(locked, 0.05)
    order = CreditOrder(invoice="i-1", account="a-1", step="credit", at=AT, amount=Money(minor=1, currency="USD"))
    with pytest.raises(StoreOutageError):
        await UseCredit(store, SpreadCredit(store, NOBODY)).use_credit(order)
    await store.close()


async def test_sqlite_s_writers_take_turns_and_postgres_s_do_not(store: SqlStore) -> None:
    async def other() -> None:
        async with store._writing():
            pass

    async with store._writing() as connection:
        waiting = asyncio.create_task(other())
        done, _ = await asyncio.wait((waiting,), timeout=0.3 if connection.dialect.name == "sqlite" else 10)
        assert bool(done) is (connection.dialect.name == "postgresql")
    await waiting
