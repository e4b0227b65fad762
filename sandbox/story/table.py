"""The demo's live table: where each invoice is in its own time. Plain lines when nobody watches a terminal."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from rich.box import SIMPLE
from rich.console import Console
from rich.live import Live
from rich.table import Table
from temporalio.client import WorkflowExecutionDescription
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.temporal.attributes import KEYS
from dunning import names
from dunning.calendar import local
from dunning.money import Money
from dunning.names import workflow_id
from sandbox.story.story import Story

COLUMNS = ("invoice", "customer", "policy", "its date", "state", "owed", "level", "next")
WRAPPED = ("customer", "policy", "next")
"""The columns that give way in a narrow window."""
REFRESH = 0.2


class Row(NamedTuple):
    """One line of the table."""

    invoice: str
    customer: str
    policy: str
    date: str = ""
    state: str = ""
    owed: str = ""
    level: str = ""
    coming: str = ""

    def same_as(self, other: "Row") -> bool:
        """Whether nothing changed but the clock."""
        return self._replace(date=other.date) == other


class Board:
    """Looks at the cases through Temporal alone, as its UI does."""

    def __init__(self, stories: Sequence[Story], skipper: TimeSkipper, console: Console) -> None:
        self._stories = stories
        self._skipper = skipper
        self._console = console
        self._zones = [s.row.zone or load_policy(s.row.policy, ROOT / "policies").zone for s in stories]
        self._rows = [Row(s.row.invoice, s.row.customer, s.row.policy) for s in stories]

    async def watch(self, playing: asyncio.Future[Any]) -> None:
        """Show the cases until `playing` is over."""
        with Live(console=self._console, auto_refresh=False) as live:
            over = False
            while not over:
                over = playing.done()
                rows = await asyncio.gather(*(self._look(place) for place in range(len(self._stories))))
                self._show(live, rows)
                await asyncio.wait([playing], timeout=REFRESH)

    def _show(self, live: Live, rows: list[Row]) -> None:
        before, self._rows = self._rows, rows
        if self._console.is_terminal:
            live.update(_table(rows), refresh=True)
            return
        for old, row in zip(before, rows, strict=True):
            if not row.same_as(old):
                print(" · ".join(filter(None, (*row[:-1], f"next: {row.coming}" if row.coming else ""))), flush=True)

    async def _look(self, place: int) -> Row:
        row = self._rows[place]
        handle = self._skipper.client.get_workflow_handle(workflow_id(row.invoice))
        try:
            seen = await handle.describe()
            now = await self._skipper.get_current_time(handle)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return row  # not started yet
            raise
        date = f"{local(now, self._zones[place]):%a %d %b %Y}"
        return row._replace(date=date, **_shown(seen, self._stories[place].row.amount.currency))


def _shown(seen: WorkflowExecutionDescription, currency: str) -> dict[str, str]:
    values = seen.typed_search_attributes
    return {
        "state": values.get(KEYS[names.STATE], ""),
        "owed": str(Money(minor=values.get(KEYS[names.BALANCE_MINOR], 0), currency=currency)),
        "level": values.get(KEYS[names.LEVEL], ""),
        "coming": values.get(KEYS[names.NEXT_MILESTONE], ""),
    }


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=SIMPLE, pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, no_wrap=name not in WRAPPED)
    for row in rows:
        table.add_row(*row)
    return table
