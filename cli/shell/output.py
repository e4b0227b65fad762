"""Where answers go: text for people or JSON for programs on standard output, everything else on standard error."""

from __future__ import annotations

import csv
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from dunning.visible import in_json, in_spreadsheet, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from dunning.fleet.report import Report

WIDE = 10_000
"""Columns of a file or a pipe, where no line needs to be broken for a window."""


def console() -> Console:
    """Standard output; colours only on a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE
    return Console(width=width, highlight=False, soft_wrap=False)


def say(*parts: object, sep: str = " ", end: str = "\n") -> None:
    """Print for people. Whatever a stranger's words would do to a terminal is shown instead."""
    print(*(visible(str(part)) for part in parts), sep=sep, end=end)


def print_json(value: Any) -> None:
    """Print one JSON document; what would steer a terminal stands in it as an escape."""
    print(in_json(json.dumps(value, indent=2, ensure_ascii=False, default=_plain)))


def print_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows for spreadsheets, whose cells are no formulas."""
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(head)
    lines.writerows([in_spreadsheet(cell) for cell in row] for row in rows)


def _plain(value: object) -> Any:
    from pydantic import BaseModel

    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> Table:
    """A table of plain text: nothing in a cell is taken for markup."""
    from rich.table import Table

    made = Table(title=title or None, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")  # an id that is cut cannot be typed
    for row in rows:
        made.add_row(*map(shown, row))
    return made


def shown(text: str) -> Text:
    """Plain text for a table or a panel: neither markup nor what steers a terminal."""
    from rich.text import Text

    return Text(visible(text))


def print_report(report: Report) -> None:
    """Print a report that is Markdown elsewhere."""
    say(report.headline, *(line.replace("**", "") for line in report.lines()), sep="\n")


def complain(text: str) -> None:
    """Say it on standard error."""
    print(visible(text), file=sys.stderr)
