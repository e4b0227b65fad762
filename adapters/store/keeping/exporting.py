"""All that is kept of one account, as a program or a person can read it: nothing of anybody else's."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, Table, select

from adapters.store.database.base import Database, money_columns
from adapters.store.keeping.owned import OWNED, whose, words_of
from adapters.store.tables import metadata, open_cases, tickets
from dunning.keeping.words import Words
from dunning.records.credit import UNMATCHED

_AMOUNTS = ("amount", "balance")
"""Columns of minor units, in the currency beside them."""


class Exporting(Database):
    """Read what is an account's."""

    async def ids_of(self, account: str) -> tuple[str, ...]:
        """Read its own id and those of accounts that were merged into it."""
        async with self._reading() as connection:
            return (await whose(connection, account)).ids

    async def words_of(self, account: str) -> Words:
        """Read what it is known by, and was."""
        async with self._reading() as connection:
            return await words_of(connection, await whose(connection, account))

    async def kept_of(self, account: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """Read its rows, by table, as they are at one moment."""
        found = dict[str, list[dict[str, object]]]()
        async with self._reading() as connection:
            its = await whose(connection, account)
            for table in metadata.sorted_tables:
                mine = OWNED[table](its)
                if mine is not None:
                    rows = await connection.execute(select(table).where(mine).order_by(*table.primary_key))
                    found[table.name] = [_readable(table, row) for row in rows.mappings()]
        return found

    async def nobodys_tickets(self) -> Sequence[Mapping[str, str]]:
        """Read the tickets that are about many accounts, or about money that belongs to nobody: key, subject, body."""
        its: Any = select(tickets.c.key, tickets.c.subject, tickets.c.body, tickets.c.at)
        rows = await self._rows(its.where(tickets.c.account.in_(("", UNMATCHED))).order_by(tickets.c.at, tickets.c.key))
        return [
            {"key": row["key"], "at": row["at"].isoformat(), "subject": row["subject"], "body": row["body"]}
            for row in rows
        ]


def _readable(table: Table, row: RowMapping) -> dict[str, object]:
    return dict(_columns(table, row))


def _columns(table: Table, row: RowMapping) -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        if name in _AMOUNTS:
            yield name, str(money_columns(row, name))
        elif name == "currency" or (table is open_cases and name == "snapshot"):
            continue  # it stands in the amount; the case is told by itself
        else:
            yield name, _plain(value)


def _plain(value: Any) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return _parsed(value) if isinstance(value, str) else value


def _parsed(text: str) -> object:
    """A document is shown as one."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
