"""`store copy`: the store of one machine moves into PostgreSQL, when it grows."""

from __future__ import annotations

import asyncio
from typing import Annotated

from cyclopts import App, Parameter

from cli.shell.errors import BadInputError
from cli.shell.options import Json
from cli.shell.output import console, print_json, say, table
from cli.shell.preferences import settings

_COLUMNS = ("table", "rows", "digest of all that is in them")
_SHOWN = 16
"""Digits of a digest that are shown to people."""

store = App(name="store", help="Look after the store itself.")


@store.command
async def copy(
    url: Annotated[str, Parameter(help="An empty database: postgresql+psycopg://user:password@host/name.")],
    /,
    *,
    json: Json = False,
) -> None:
    """Bring the store from its SQLite file (REPRIEVE_STORE_URL) into PostgreSQL, all of it or nothing.

    Stop worker and portal first. Each table is read again from the copy and compared. The file stays as it is.
    """
    from adapters.store.copying import copy_store

    try:
        copied = await asyncio.to_thread(copy_store, settings().store_url, url, settings().outage_seconds)
    except ValueError as error:
        raise BadInputError(str(error)) from None
    if json:
        print_json([each._asdict() for each in copied])
        return
    console().print(table(_COLUMNS, [(each.table, f"{each.rows:,}", each.digest[:_SHOWN]) for each in copied]))
    say(f"{sum(each.rows for each in copied):,} rows are copied, and each table of the copy has the same.")
    say("Now set REPRIEVE_STORE_URL to it, for worker, portal and commands, and start them.")
