"""Rows of a file of subscriptions: those of one subscription are its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cli.files.file_row import Bad, FileRow
from cli.files.sheets import COLUMNS as OF_INVOICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_NOT = ("invoice", "due", "paid_through", "renews", "moved_in", "level", "line")
COLUMNS = ("subscription", "line", "period", "renews_on", "anchor", *(each for each in OF_INVOICES if each not in _NOT))
"""The columns of a table of subscriptions."""


def gathered(rows: Iterable[FileRow | Bad]) -> Iterator[FileRow | Bad]:
    """One row a subscription, with all its lines. Rows that contradict each other are bad, all of them."""
    groups = dict[object, list[FileRow | Bad]]()
    for row in rows:
        groups.setdefault(named(row) or row.line, []).append(_with_lines(row))
    for several in groups.values():
        bad = [row for row in several if isinstance(row, Bad)]
        fine = [row for row in several if isinstance(row, FileRow)]
        if not bad:
            try:
                fine = [FileRow(fine[0].line, _all_said(fine))]
            except ValueError as error:
                bad, fine = [Bad(row.line, named(row), str(error)) for row in fine], []
        elif len(several) > 1:
            bad, fine = [*bad, *(Bad(row.line, named(row), "another line of it is bad") for row in fine)], []
        yield from (*bad, *fine)


def named(row: FileRow | Bad) -> str:
    """The subscription's id, if it has one."""
    return row.invoice if isinstance(row, Bad) else str(row.values.get("subscription") or "").strip()


def _with_lines(row: FileRow | Bad) -> FileRow | Bad:
    """`line` and `amount` are one of its `lines`."""
    if isinstance(row, Bad) or not {"line", "amount"} & row.values.keys():
        return row
    if "lines" in row.values:
        return Bad(row.line, named(row), "has lines, and line or amount beside them: write one or the other")
    values = {key: value for key, value in row.values.items() if key not in ("line", "amount")}
    line = {"text": row.values.get("line"), "amount": row.values.get("amount")}
    if missing := [key for key, value in (("line", line["text"]), ("amount", line["amount"])) if not value]:
        return Bad(row.line, named(row), f"{missing[0]}: is missing")
    return FileRow(row.line, {**values, "lines": [line]})


def _all_said(rows: Sequence[FileRow]) -> dict[str, Any]:
    """All that any of them says. Raises ValueError when they differ, or when a line is there twice."""
    said = dict[str, Any]()
    for key, value in (each for row in rows for each in row.values.items()):
        before = said.setdefault(key, [] if isinstance(value, list) else value)
        if isinstance(value, list) and isinstance(before, list):
            said[key] = _both(key, cast("list[object]", before), cast("list[object]", value))
        elif value != before:
            places = ", ".join(str(row.line) for row in rows)
            raise ValueError(f"lines {places} of the file are of one subscription and differ in {key}")
    return said


def _both(key: str, before: list[object], more: list[object]) -> list[object]:
    new = [each for each in more if each not in before]
    if key == "lines" and len(new) < len(more):
        raise ValueError("the very same line stands there twice: it would be billed twice")
    return [*before, *new]
