"""Reading a table of invoices as people have it: comma, semicolon or tab, headers in any case and order."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from cli.files.file_row import Bad, FileRow, UnreadableError

COLUMNS = (
    "invoice", "account", "customer", "email", "amount", "due", "policy", "zone", "locale", "paid_through", "renews",
    "payer", "brand", "panel", "user", "domain", "kind", "aliases", "site", "probe", "pays_for",
    "moved_in", "level", "line",
)  # fmt: skip
_OF_SERVICE = ("panel", "user", "domain", "kind", "aliases", "site", "probe")
_SEPARATORS = ",;\t"
_SHOWN = 60
_SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""A first line by which spreadsheets tell each other the separator."""


def sheet(text: str, ignored: str, columns: Sequence[str] = COLUMNS) -> Iterator[FileRow | Bad]:
    """Its rows. `ignored` is a column for people's own notes. Raises UnreadableError for a file that is no table.

    The first of the `columns` names what a row is about.
    """
    said = _SAID.match(text)
    body, above = (text[said.end() :], 1) if said else (text, 0)
    table = csv.reader(io.StringIO(body, newline=""), delimiter=said[1] if said else _separator(body), strict=True)
    try:
        names = _names(next(table, list[str]()), ignored, columns)
        for cells in table:
            if any(cell.strip() for cell in cells):
                yield _row(table.line_num + above, names, cells, columns[0])
    except csv.Error as error:
        raise UnreadableError(f"line {table.line_num + above}: not CSV: {error}") from None


def _separator(text: str) -> str:
    """No column has one of these in its name."""
    return max(_SEPARATORS, key=text.partition("\n")[0].count)


def _names(given: Sequence[str], ignored: str, columns: Sequence[str]) -> list[str]:
    names = [re.sub("[ -]+", "_", each.strip().lower()) for each in given]
    for name, written in zip(names, given, strict=True):
        if name and name not in (*columns, ignored):
            raise UnreadableError(f"line 1: unknown column {_cut(written.strip())!r}; columns are {', '.join(columns)}")
        if name and names.count(name) > 1:
            raise UnreadableError(f"line 1: column {name!r} stands there twice")
    return names


def _cut(written: str) -> str:
    """What a message repeats of a file: one of another kind has no end of a line, and so none of its first cell."""
    return written if len(written) <= _SHOWN else f"{written[: _SHOWN - 3]}..."


def _row(line: int, names: Sequence[str], cells: Sequence[str], about: str) -> FileRow | Bad:
    named = dict(zip(names, (cell.strip() for cell in cells), strict=False))
    values: dict[str, Any] = {key: cell for key, cell in named.items() if key and cell}
    beside = [*cells[len(names) :], *(cell for name, cell in zip(names, cells, strict=False) if not name)]
    if any(cell.strip() for cell in beside):
        return Bad(line, values.get(about, ""), "has more cells than the first line has columns")
    service = {key: values.pop(key) for key in _OF_SERVICE if key in values}
    if "aliases" in service:
        service["aliases"] = _several(service["aliases"])
    emails, pays_for = _several(values.pop("email", "")), _several(values.pop("pays_for", ""))
    extra = {"emails": emails, "services": [service] if service else [], "pays_for": pays_for}
    return FileRow(line, {**values, **{key: several for key, several in extra.items() if several}})


def _several(cell: str) -> list[str]:
    """A cell with several values between semicolons."""
    return [each.strip() for each in cell.split(";") if each.strip()]
