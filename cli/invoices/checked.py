"""Checking rows before anything is started: the form of each, its policy, and that no invoice stands there twice."""

from collections.abc import Callable, Iterable

from pydantic import ValidationError

from cli.invoices.rows import Bad, FileRow
from cli.shell.errors import reasons
from dunning.policy.file import Policy
from operations.errors import RefusedError
from operations.new_invoice import NewInvoice
from operations.open_many import Checked

Check = Callable[[NewInvoice], Policy]


def checked(rows: Iterable[FileRow | Bad], check: Check) -> tuple[list[Checked], list[Bad]]:
    """Every row of a file, sorted into good and bad."""
    good, bad = list[Checked](), list[Bad]()
    seen: dict[str, int] = {}
    for row in rows:
        result = row if isinstance(row, Bad) else _checked(row, check)
        if isinstance(result, Checked) and (first := seen.setdefault(result.new.invoice, row.line)) != row.line:
            result = Bad(row.line, result.new.invoice, f"invoice {result.new.invoice} stands on line {first} already")
        if isinstance(result, Checked):
            good.append(result)
        else:
            bad.append(result)
    return good, bad


def _checked(row: FileRow, check: Check) -> Checked | Bad:
    try:
        new = NewInvoice.model_validate(row.values)
        return Checked(row.line, new, check(new))
    except ValidationError as error:
        reason = "; ".join(reasons(error))
    except RefusedError as error:
        reason = str(error)
    return Bad(row.line, str(row.values.get("invoice") or ""), reason)
