"""A store full of everything moves from its file into PostgreSQL, all of it or nothing."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CHAR, JSON, BigInteger, Boolean, Column, Date, Integer, LargeBinary, Table, insert, select, text

from adapters.store import SqlStore
from adapters.store.copying import CannotCopyError, copy_store
from adapters.store.database.types import UtcInstant
from adapters.store.schema import sync_engine
from adapters.store.tables import metadata
from dunning.money import Money
from dunning.records.credit import Credit
from tests.adapters.store.test_store import ACCOUNT, AT

ROWS = 503
"""More than are read at once, and no round number of those."""
WORDS = {"invoices": "open", "consequences": "admitted"}


def value(column: Column[Any], number: int) -> Any:
    """As odd as its type allows."""
    odd = f"-{number} Bäckerei 'ü' \U0001f956\n\\x"
    if column.nullable and number % 2:
        return None
    by_type: dict[type, Any] = {
        UtcInstant: AT + timedelta(microseconds=number),
        Date: date(2026, 12, 1) + timedelta(days=number),
        JSON: {"b": [number, "ü", None], "a": {"x": 1.5}},
        LargeBinary: bytes(range(256)) + bytes([number % 256]),
        CHAR: "USD",
        BigInteger: -(2**62) + number,
        Integer: number,
        Boolean: bool(number % 2),
    }
    words = f"accounts-id{odd}" if column.foreign_keys else f"{column.table}-{column.name}{odd}"
    words = WORDS.get(str(column.table), words) if column.name == "status" else words
    return next((of for kind, of in by_type.items() if isinstance(column.type, kind)), words)


def filled(table: Table) -> list[dict[str, Any]]:
    return [{column.name: value(column, number) for column in table.c} for number in range(ROWS)]


@pytest.fixture
def full(sqlite_url: str) -> str:
    """Give a store that has rows in each table there is."""
    with sync_engine(sqlite_url, 1).execution_options(writes=True).begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(insert(table), filled(table))
            assert connection.execute(select(table).limit(1)).first() is not None
    return sqlite_url


def everything(url: str) -> dict[str, list[dict[str, Any]]]:
    with sync_engine(url, 5).connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for name, table in metadata.tables.items()
        }


async def test_every_row_of_every_table_is_in_the_copy_and_it_is_a_store_that_works(
    full: str, postgres_empty_url: str
) -> None:
    copied = copy_store(full, postgres_empty_url, 10)
    assert {each.table: each.rows for each in copied} == dict.fromkeys(metadata.tables, ROWS)
    assert everything(postgres_empty_url) == everything(full)
    store = SqlStore(postgres_empty_url)
    await store.put_account(ACCOUNT)
    credit = Credit(id="c-1", account="a-1", amount=Money.parse("USD 5"), at=datetime.now(UTC), reason="it works")
    assert await store.add_credit(credit)
    assert await store.account("a-1") == ACCOUNT
    await store.close()
    with pytest.raises(CannotCopyError, match=r"not empty: it has rows in accounts, .*; make a new one"):
        copy_store(full, postgres_empty_url, 10)


async def test_while_another_program_has_the_file_open_nothing_is_copied(full: str, postgres_empty_url: str) -> None:
    idle = SqlStore(full)
    with pytest.raises(LookupError):
        await idle.account("nobody")
    with pytest.raises(CannotCopyError, match="stop worker, portal and commands first"):
        copy_store(full, postgres_empty_url, 10)
    await idle.close()
    assert sum(each.rows for each in copy_store(full, postgres_empty_url, 10)) == ROWS * len(metadata.tables)


def test_a_copy_that_is_not_the_same_is_none(
    full: str, postgres_empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.store import copying  # noqa: PLC0415 - its own
    from dunning.ports.outages import StoreOutageError  # noqa: PLC0415

    copied = copying._copied

    def spoilt(table: Table, there: Any, here: Any) -> Any:
        if table.name == "tickets":
            here.execute(text("create rule odd as on insert to tickets do instead nothing"))
        return copied(table, there, here)

    monkeypatch.setattr(copying, "_copied", spoilt)
    with pytest.raises(StoreOutageError, match="the copy of table tickets is not the same, so nothing was copied"):
        copy_store(full, postgres_empty_url, 10)
    assert not any(everything(postgres_empty_url).values())


def test_only_a_file_that_is_there_is_copied_and_only_to_postgresql(sqlite_url: str, tmp_path: Path) -> None:
    for source, to, why in (
        (f"sqlite:///{tmp_path}/none.db", "postgresql://x/y", "there is no store"),
        ("postgresql://x/y", "postgresql://x/z", "only a store in an SQLite file is copied"),
        (sqlite_url, sqlite_url, "a store is copied to PostgreSQL"),
    ):
        with pytest.raises(CannotCopyError, match=why):
            copy_store(source, to, 1)
    assert not (tmp_path / "none.db").exists()
