"""Where answers go: text for people or JSON for programs on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.table import Table

    from dunning.fleet.report import Report

WIDE = 10_000
"""Columns of a file or a pipe, where no line needs to be broken for a window."""


def console() -> Console:
    """Standard output; colours only on a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE
    return Console(width=width, highlight=False, soft_wrap=False)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> Any:
    from pydantic import BaseModel

    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> Table:
    """A table of plain text: nothing in a cell is taken for markup."""
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title or None, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")  # an id that is cut cannot be typed
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def print_report(report: Report) -> None:
    """Print a report that is Markdown elsewhere."""
    print(report.headline, *(line.replace("**", "") for line in report.lines()), sep="\n")


def complain(text: str) -> None:
    """Say it on standard error."""
    print(text, file=sys.stderr)
