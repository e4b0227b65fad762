"""Rows to import: customers of their own, under a policy whose first step is weeks away."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operations.invoices.new_invoice import NewInvoice

POLICY = "a-small-orange"
AHEAD = timedelta(days=25)
"""Their first step is 15 days away. Due after more than 30, their cards would be looked at at once."""


def numbers_of(name: str, number: int) -> list[str]:
    """So many invoices of that name."""
    return [f"{name}-{place:05}" for place in range(number)]


def write_rows(file: Path, numbers: Sequence[str]) -> None:
    """Write a row for each of these invoices."""
    due = (datetime.now(UTC) + AHEAD).date().isoformat()  # noqa: TID251 - they are due some time after today
    file.write_text(json.dumps([_row(each, due) for each in numbers]))


def read_rows(file: Path) -> list[NewInvoice]:
    """The rows of such a file."""
    return [NewInvoice.model_validate(row) for row in json.loads(file.read_text())]


def _row(number: str, due: str) -> dict[str, object]:
    return {
        "invoice": number,
        "account": number.lower(),
        "customer": "Example Bakery",
        "emails": [f"{number.lower()}@bench.example"],
        "amount": "USD 19.99",
        "due": due,
        "policy": POLICY,
        "services": [{"user": number.lower()}],
    }
