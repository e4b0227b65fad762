"""What the reports of the daily sweep and of the hourly check have in common."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from dunning.visible import in_markdown
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


_OURS = re.compile(r"(?:- )?(?:\*\*[^*]*\*\*)?")
"""What a line of a report begins with that is Markdown of ours."""


def details(report: Report) -> str:
    """The report for Temporal's own pages: what panels, sites and gateways say in it places no link and no picture."""
    return "\n".join(_escaped(line) for line in report.lines())


def _escaped(line: str) -> str:
    ours = _OURS.match(line)
    ends = ours.end() if ours else 0
    return line[:ends] + in_markdown(line[ends:])


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
