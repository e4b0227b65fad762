"""The cards that people put on file at the gateway in a life, and until when each is good."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dunning.calendar import Offset, add_offset

FAR = date(2034, 12, 31)
"""The end of a card that outlives every life."""


def month_end(day: date, months: int) -> date:
    """The last day of the month that is so many after the day's."""
    month = add_offset(day.replace(day=1), Offset(months=months))
    return month.replace(day=monthrange(month.year, month.month)[1])


@dataclass(frozen=True)
class Change:
    """Another card is charged from now on, or none (`ends` is None).

    Each case has a clock of its own: what it did before `before` of its number was before this, and what it did after
    `after`, the latest of all clocks, came after it.
    """

    ends: date | None
    before: Mapping[str, datetime]
    after: datetime


@dataclass
class OnFile:
    """Of one account. Without a default card the gateway offers the newest one that is still attached."""

    attached: list[date] = field(default_factory=list[date])
    has_default: bool = False
    changes: list[Change] = field(default_factory=list[Change])
    unsure: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    """The clocks when somebody first paid on a page: that may have put another card on file, and nobody here knows."""

    def put(self, ends: date, before: Mapping[str, datetime], after: datetime) -> None:
        """A new default card."""
        self.attached.append(ends)
        self.has_default = True
        self.changes.append(Change(ends, before, after))

    def page_used(self, before: Mapping[str, datetime]) -> None:
        """Somebody pays on a page."""
        self.unsure = self.unsure or before

    def taken(self, before: Mapping[str, datetime], after: datetime) -> None:
        """The default card was taken from the file."""
        if self.has_default:
            self.attached.pop()
            self.has_default = False
        self.changes.append(Change(self.attached[-1] if self.attached else None, before, after))
