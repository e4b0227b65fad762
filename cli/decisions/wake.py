"""Telling cases at once that a person let a step happen that was put off."""

import asyncio
from collections.abc import Sequence

from temporalio.client import Client

from cli.shell.cases import NoCaseError, send
from cli.shell.connections import open_client, settings
from cli.shell.errors import FailedError
from cli.shell.output import complain
from dunning.case.facts import Reconsider
from dunning.names import RECONSIDER
from dunning.records.effects import Consequence

AT_ONCE = 50
"""So many cases are told at the same time."""


async def wake(rows: Sequence[Consequence], by: str) -> int:
    """How many cases heard of it. One that is closed needs not; all others find out when they ask again themselves."""
    woken = 0
    try:
        async with open_client() as client:
            for start in range(0, len(rows), AT_ONCE):
                told = await asyncio.gather(*(_tell(client, row, by) for row in rows[start : start + AT_ONCE]))
                woken += sum(told)
    except FailedError as error:
        hours = settings().breaker_retry_hours
        complain(
            f"starter: {error}\nIt is decided all the same, and nothing has to be repeated: "
            f"the cases that were not told find out within {hours:g} hours, when they ask again."
        )
    return woken


async def _tell(client: Client, row: Consequence, by: str) -> bool:
    step = row.key.removeprefix(f"{row.invoice}:")
    try:
        await send(client, row.invoice, RECONSIDER, Reconsider(step=step, by=by))
    except NoCaseError:
        return False
    return True
