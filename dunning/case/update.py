"""The next case from a case: some fields replaced, a ledger line more."""

from typing import Any

from dunning.case.case import Case
from dunning.case.ledger import Entry, written


def changed(case: Case, **changes: Any) -> Case:
    """The case with some fields replaced."""
    # model_copy would carry the cached properties over: a new object derives its own.
    fields = {name: getattr(case, name) for name in _FIELDS}
    return Case.model_construct(**{**fields, **changes})


_FIELDS = tuple(Case.model_fields)


def with_entry(case: Case, entry: Entry) -> Case:
    """The case with one more ledger line; the same case when a line of that id is already there."""
    return case if written(case.entries, entry) else changed(case, entries=(*case.entries, entry))
