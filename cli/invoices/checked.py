"""Checking rows before anything is started: the form of each, its policy, and that no invoice stands there twice."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from pydantic import ValidationError

from adapters.settings.policies import PolicyError, load_policy
from cli.invoices.rows import Bad, Row
from cli.shell.errors import reasons
from cli.shell.preferences import settings
from dunning.policy.file import Policy
from operations.open_invoice import InvoiceRow, fitting


class Good(NamedTuple):
    """A row that may be started."""

    line: int
    row: InvoiceRow
    policy: Policy


def checked(rows: Iterable[Row | Bad]) -> tuple[list[Good], list[Bad]]:
    """Every row of a file, sorted into good and bad."""
    good, bad = list[Good](), list[Bad]()
    seen: dict[str, int] = {}
    for row in rows:
        result = row if isinstance(row, Bad) else _check(row)
        if isinstance(result, Good) and (first := seen.setdefault(result.row.invoice, row.line)) != row.line:
            result = Bad(row.line, result.row.invoice, f"invoice {result.row.invoice} stands on line {first} already")
        if isinstance(result, Good):
            good.append(result)
        else:
            bad.append(result)
    return good, bad


def _check(row: Row) -> Good | Bad:
    number = str(row.values.get("invoice") or "")
    try:
        invoice = InvoiceRow.model_validate(row.values)
        policy = _policy(invoice.policy)
        _words_for(invoice.locale)
        fitting(invoice, policy)
    except ValidationError as error:
        return Bad(row.line, number, "; ".join(reasons(error)))
    except PolicyError as error:
        return Bad(row.line, number, "; ".join(str(error).splitlines()))
    except (ValueError, OverflowError) as error:
        return Bad(row.line, number, str(error))
    return Good(row.line, invoice, policy)


@lru_cache(maxsize=256)
def _policy(name: str) -> Policy:
    return load_policy(name, settings().policies)


@lru_cache(maxsize=256)
def _words_for(locale: str) -> None:
    try:
        Locale.parse(locale)
    except (ValueError, UnknownLocaleError):
        raise ValueError(f"locale: {locale!r} is not one; write it like en_US or de_DE") from None
