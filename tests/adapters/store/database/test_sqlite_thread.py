"""What goes through SQLite's thread goes once, and is what the driver's own cursors would have given."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.store.database.engine import engine_for
from adapters.store.database.sqlite_thread import AT_ONCE

MANY = 2 * AT_ONCE + 1


@pytest_asyncio.fixture
async def engine(tmp_path: Path) -> AsyncGenerator[AsyncEngine]:
    made = engine_for(f"sqlite+aiosqlite:///{tmp_path / 'numbers.db'}", 5)
    async with made.execution_options(writes=True).begin() as connection:
        await connection.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO numbers VALUES (:n)"), [{"n": n} for n in range(MANY)])
    yield made
    await made.dispose()


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What SQLite's thread is asked for from now on."""
    asked, ask = list[str](), getattr(aiosqlite.Connection, "_execute")  # noqa: B009 - the driver leaves its type open

    async def counted(self: aiosqlite.Connection, do: Any, *args: Any, **named: Any) -> Any:
        asked.append(do.__name__)
        return await ask(self, do, *args, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return asked


async def _numbers(engine: AsyncEngine, most: int) -> list[int]:
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT n FROM numbers ORDER BY n LIMIT :most"), {"most": most})
        return list(found.scalars())


async def test_a_read_goes_to_the_thread_once_and_ends_its_transaction(engine: AsyncEngine, ways: list[str]) -> None:
    assert await _numbers(engine, 3) == [0, 1, 2]
    assert ways == ["done", "rollback"]


@pytest.mark.parametrize("most", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, MANY])
async def test_all_rows_come_however_many_they_are(engine: AsyncEngine, most: int) -> None:
    assert await _numbers(engine, most) == [*range(most)]


async def test_rows_that_are_streamed_come_a_few_at_a_time(engine: AsyncEngine, ways: list[str]) -> None:
    async with engine.connect() as connection:
        found = await connection.stream(text("SELECT n FROM numbers ORDER BY n"), execution_options={"yield_per": 100})
        parts = found.scalars().partitions(100)
        assert await anext(parts) == [*range(100)]
        asked = len(ways)
        assert [n for part in [part async for part in parts] for n in part] == [*range(100, MANY)]
    assert len(ways) > asked + MANY // AT_ONCE


async def test_a_transaction_that_reads_sees_one_state(engine: AsyncEngine, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "numbers.db") as other:
        other.execute("PRAGMA journal_mode = WAL")
    other.close()
    async with engine.connect() as reader:
        count = text("SELECT count(*) FROM numbers")
        assert (await reader.execute(count)).scalar_one() == MANY
        async with engine.execution_options(writes=True).begin() as writer:
            await writer.execute(text("DELETE FROM numbers"))
        assert (await reader.execute(count)).scalar_one() == MANY
    assert await _numbers(engine, 1) == []


async def test_what_is_refused_is_undone_and_the_next_one_works(engine: AsyncEngine) -> None:
    async with engine.execution_options(writes=True).connect() as connection:
        await connection.execute(text("DELETE FROM numbers WHERE n > 1"))
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO numbers VALUES (1)"))
    assert len(await _numbers(engine, MANY)) == MANY


async def test_who_is_cancelled_while_sqlite_works_leaves_no_lock(engine: AsyncEngine) -> None:
    slow = text("WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 300000) "
                "INSERT INTO numbers SELECT n + 100000 FROM up")  # fmt: skip

    async def write() -> None:
        async with engine.execution_options(writes=True).begin() as connection:
            begun.set()
            await connection.execute(slow)

    begun = asyncio.Event()
    task = asyncio.create_task(write())
    await begun.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with engine.execution_options(writes=True).begin() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM numbers"))).scalar_one() == MANY
