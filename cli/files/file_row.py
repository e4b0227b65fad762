"""One row of a file of invoices, as it stands there."""

from typing import Any, NamedTuple


class FileRow(NamedTuple):
    """One invoice as the file has it, unchecked."""

    line: int
    values: dict[str, Any]


class Bad(NamedTuple):
    """One row that cannot be used. `invoice` is its number, if it has one."""

    line: int
    invoice: str
    reason: str


class UnreadableError(Exception):
    """The file as a whole makes no sense."""
