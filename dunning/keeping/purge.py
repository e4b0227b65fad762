"""The daily purge: what is asked of it, and what it says that it removed."""

from collections.abc import Iterator

from pydantic import Field

from dunning.fleet.report import Report
from dunning.keeping.kinds import TABLES, Kind
from dunning.wire import Instant, Wire

WORKFLOW = "Purge"
"""The workflow's name, for whoever starts it without knowing its code."""


class PurgeOrder(Wire):
    """Remove what has been kept long enough at that instant; empty means the schedule's own time."""

    at: Instant | None = None


class RemoveOrder(Wire):
    """Remove some of one kind."""

    kind: Kind
    at: Instant


class PurgeReport(Report):
    """How many rows of each table were removed, or would be, as of `at`."""

    at: Instant
    removed: dict[str, int] = Field(default={})

    def __add__(self, other: "PurgeReport") -> "PurgeReport":
        """Both parts of one purge as one."""
        tables = {name: self.removed.get(name, 0) + other.removed.get(name, 0) for name in TABLES}
        return PurgeReport(at=self.at, removed={name: count for name, count in tables.items() if count})

    @property
    def headline(self) -> str:
        """`Purge of 2026-11-25: 12 rows removed`."""
        total = sum(self.removed.values())
        return f"Purge of {self.at:%Y-%m-%d}: {total:,} row{'' if total == 1 else 's'} removed"

    def lines(self) -> Iterator[str]:
        """The whole report in plain lines, which are Markdown, too."""
        yield from (f"- **{TABLES[name].what}** {count:,}" for name, count in self.removed.items())
        if not self.removed:
            yield "- nothing has been kept for as long as the settings say"


class Page(Wire):
    """What was removed of a kind. `more`: there is more of it."""

    report: PurgeReport
    more: bool = False
