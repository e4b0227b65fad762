"""A case as it was last seen, for whoever looks without asking it."""

from dunning.case.case import Case
from dunning.case.snapshot import unpacked
from dunning.records.open_case import OpenCase


def last_seen(row: OpenCase | None) -> Case | None:
    """The case of its row in the table of open cases; None where that has no snapshot, or one of another version."""
    try:
        return unpacked(row.snapshot) if row and row.snapshot else None
    except ValueError:
        return None
