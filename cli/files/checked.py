"""Checking rows before anything is started: the form of each, what it names, and how often each invoice is there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

from pydantic import ValidationError

from cli.files.file_row import Bad, FileRow
from cli.shell.errors import reasons
from dunning.money import Money
from dunning.policy.file import Policy
from operations.errors import RefusedError
from operations.invoices.new_invoice import NewInvoice
from operations.invoices.opened_many import Checked

Check = Callable[[NewInvoice], Policy]


def checked(rows: Iterable[FileRow | Bad], check: Check, *, lines: bool = False) -> tuple[list[Checked], list[Bad]]:
    """Every row of a file, sorted into good and bad. `lines`: several rows of one invoice are its lines, added up."""
    good, bad = list[Checked](), list[Bad]()
    for several in _by_invoice(rows):
        for result in _of_one_invoice(several, check, lines=lines):
            if isinstance(result, Checked):
                good.append(result)
            else:
                bad.append(result)
    return good, sorted(bad)


def _by_invoice(rows: Iterable[FileRow | Bad]) -> Iterable[list[FileRow | Bad]]:
    """A row without a number stands for itself."""
    groups = dict[Any, list[FileRow | Bad]]()
    for row in map(_with_line, rows):
        groups.setdefault(_number(row) or row.line, []).append(row)
    return groups.values()


def _with_line(row: FileRow | Bad) -> FileRow | Bad:
    """What a table says in `line` is one of the invoice's lines, as much as the row's amount."""
    if isinstance(row, Bad) or "line" not in row.values:
        return row
    if "lines" in row.values:
        return Bad(row.line, _number(row), "has lines, and line beside them: write one or the other")
    values = {key: value for key, value in row.values.items() if key != "line"}
    return FileRow(row.line, {**values, "lines": [{"text": row.values["line"], "amount": values.get("amount")}]})


def _number(row: FileRow | Bad) -> str:
    return row.invoice if isinstance(row, Bad) else str(row.values.get("invoice") or "").strip()


def _of_one_invoice(rows: Sequence[FileRow | Bad], check: Check, *, lines: bool) -> Iterator[Checked | Bad]:
    bad = [row for row in rows if isinstance(row, Bad)]
    fine = [row for row in rows if isinstance(row, FileRow)]
    if len(rows) > 1:
        total, wrong = _total(fine, rows) if lines else (None, _several_times(rows))
        if total is None or bad:
            yield from (*bad, *(Bad(row.line, _number(row), wrong or "another line of it is bad") for row in fine))
            return
        fine = [total]
    yield from (*bad, *(_checked(row, check) for row in fine))


def _several_times(rows: Sequence[FileRow | Bad]) -> str:
    places = ", ".join(str(row.line) for row in rows)
    return f"invoice {_number(rows[0])} stands on lines {places}; if they are to be added up, say --lines"


def _total(lines: Sequence[FileRow], rows: Sequence[FileRow | Bad]) -> tuple[FileRow | None, str]:
    """One row with their sum, and all that any of them says; or why there is none."""
    try:
        amount = _sum([line.values.get("amount") for line in lines])
        return FileRow(rows[0].line, {**_all_said(lines), **_as_lines(lines), "amount": amount}), ""
    except ValueError as error:
        places = ", ".join(str(row.line) for row in rows)
        return None, f"lines {places} of invoice {_number(rows[0])} cannot be added up: {error}"


def _all_said(lines: Sequence[FileRow]) -> dict[str, Any]:
    said = dict[str, Any]()
    for key, value in (each for line in lines for each in line.values.items()):
        before = said.setdefault(key, value)
        if isinstance(value, list) and isinstance(before, list):
            said[key] = _both(cast("list[object]", before), cast("list[object]", value))
        elif key not in ("amount", "invoice") and value != before:
            msg = f"they differ in {key}"
            raise ValueError(msg)
    return said


def _as_lines(rows: Sequence[FileRow]) -> dict[str, object]:
    named = [cast("list[object]", row.values["lines"]) for row in rows if row.values.get("lines")]
    if named and len(named) < len(rows):
        raise ValueError("some say in `line` what is paid for, and some do not")
    return {"lines": [line for several in named for line in several]} if named else {}


def _both(first: list[object], second: list[object]) -> list[object]:
    return [*first, *(each for each in second if each not in first)]


def _sum(amounts: Sequence[Any]) -> str:
    if not amounts or not all(isinstance(each, str) for each in amounts):
        raise ValueError("each needs an amount, as text with its currency, like 'USD 19.99'")
    first, *more = (Money.parse(each) for each in amounts)
    return str(sum(more, first))


def _checked(row: FileRow, check: Check) -> Checked | Bad:
    try:
        new = NewInvoice.model_validate(row.values)
        return Checked(row.line, new, check(new))
    except ValidationError as error:
        reason = "; ".join(reasons(error))
    except RefusedError as error:
        reason = str(error)
    return Bad(row.line, str(row.values.get("invoice") or ""), reason)
