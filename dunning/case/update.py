"""The next case from a case: some fields replaced, a ledger line more, and the case's revision with it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from dunning.case.case import Case
from dunning.case.ledger import Entry, written

P = ParamSpec("P")


def changed(case: Case, **changes: Any) -> Case:
    """The case with some fields replaced; its revision grows, whoever forgets about it."""
    after = case.model_copy(update={"revision": case.revision + 1, **changes})
    for derived in vars(after).keys() - _FIELDS:  # cached of the case before: a new object derives its own
        del vars(after)[derived]
    return after


_FIELDS = Case.model_fields.keys()
_FACTS = tuple(name for name in _FIELDS if name not in ("revision", "generation", "heard"))
"""`heard` is no fact of the invoice's: a signal that says nothing new changes nothing for anybody who looks."""


def one_fact(record: Callable[Concatenate[Case, P], Case]) -> Callable[Concatenate[Case, P], Case]:
    """Make a function record one fact: the case's revision grows by one when anything changed, however often.

    So of two cases of one life the one that knows more facts has the higher revision, whatever their order was.
    """

    @wraps(record)
    def counted(case: Case, *args: P.args, **kwargs: P.kwargs) -> Case:
        after = record(case, *args, **kwargs)
        if after is case:
            return case
        revision = case.revision + _differ(case, after)
        return after if after.revision == revision else changed(after, revision=revision)

    return counted


def _differ(case: Case, after: Case) -> bool:
    """Most fields are the very same object: to compare what is in them, the plan above all, would cost time."""
    pairs = ((getattr(case, name), getattr(after, name)) for name in _FACTS)
    return any(one is not other and one != other for one, other in pairs)


def with_entry(case: Case, entry: Entry) -> Case:
    """The case with one more ledger line; the same case when a line of that id is already there."""
    return case if written(case.entries, entry) else changed(case, entries=(*case.entries, entry))
