"""`store copy`: the store of one machine moves into PostgreSQL, when it grows. `store purge`: it grows less."""

from __future__ import annotations

import asyncio
from typing import Annotated

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.options import Json, now
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


@store.command
async def purge(
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Tell what would be removed, and remove nothing.")] = False,
    json: Json = False,
) -> None:
    """Remove what has been kept for as long as the settings say (REPRIEVE_KEEP_...), as the worker does each day.

    What belongs to an open case stays, and so does open work. Safe to repeat, and to break off.
    """
    async with composed(server="not needed") as made:
        report = await (made.purge.would(now()) if dry_run else made.purge.all(now()))
    if json:
        print_json({"removed": report.removed, "dry_run": dry_run})
        return
    say(*(line.replace("**", "").removeprefix("- ") for line in report.lines()), sep="\n")
    say("that is what would be removed; nothing was" if dry_run else report.headline)
