"""What the reports of the daily sweep and of the hourly check have in common."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from dunning.wire import Wire

LISTED = 100
"""So many findings of each sort are named; of the others only the number is told."""


class Report(Wire):
    """What one look at all accounts found."""

    @property
    @abstractmethod
    def headline(self) -> str:
        """The ticket's subject: what was looked at, when, and what a person has to know."""

    @abstractmethod
    def lines(self) -> Iterator[str]:
        """The whole report in plain lines, which are Markdown, too."""


R = TypeVar("R", bound=Report)


def added(one: R, other: R, **otherwise: object) -> R:
    """Both parts as one: counts are summed, findings joined, `otherwise` says what else becomes of a field."""
    fields = {name: (getattr(one, name), getattr(other, name)) for name in type(one).model_fields}
    return one.model_copy(update={name: _both(*values) for name, values in fields.items()} | otherwise)


def _both(one: Any, other: Any) -> Any:
    if isinstance(one, tuple):
        return (one + other)[:LISTED]
    return one + other if isinstance(one, int) else one


def section(title: str, findings: Sequence[str], count: int) -> Iterator[str]:
    """The findings of one sort under their title, and how many more there are of the `count`."""
    if count:
        yield from ("", f"**{title}**", "", *(f"- {each}" for each in findings))
    if count > len(findings):
        yield f"- and {count - len(findings)} more"
