"""The daily sweep (S0-10): what is compared when, and in which parts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dunning.fleet.sweep_report import SweepReport
from dunning.records.inbox import News
from dunning.tickets import fleet
from dunning.tickets.ticket import TicketOrder
from dunning.wire import Instant, Wire

WORKFLOW = "Sweep"
"""The workflow's name, for whoever starts it without knowing its code."""
BACK = timedelta(days=3)
"""A sweep looks so far back: each day is compared three times, and what one sweep cannot see the next one may."""
SLICE = timedelta(days=1)
"""So much is compared at a time: a worker that dies loses no more than that."""
SHORT = timedelta(seconds=2)
"""A slice this short is not halved again: companies count in seconds."""


class SweepOrder(Wire):
    """Compare the books of [since, until); empty means the schedule's own time, and `BACK` before it."""

    since: Instant | None = None
    until: Instant | None = None


class CompareOrder(Wire):
    """Compare what moved from `since` up to but not at `until`."""

    since: Instant
    until: Instant


class HealOrder(CompareOrder):
    """Bring these news to their cases."""

    news: tuple[News, ...]


class Compared(Wire):
    """What the comparison of a slice found. `missing` is what our books do not have, in the order to tell it.

    `too_many`: more is missing than one answer may hold, so the slice has to be halved; the rest says nothing then.
    """

    report: SweepReport
    missing: tuple[News, ...] = ()
    too_many: bool = False

    def __add__(self, other: "Compared") -> "Compared":
        """Both parts of one comparison as one."""
        return Compared(report=self.report + other.report, missing=self.missing + other.missing)


def sweep_id(until: datetime) -> str:
    """`sweep-<end of the window>`, as the schedule names its own."""
    return f"sweep-{until:%Y-%m-%dT%H:%M:%SZ}"


def end_at(at: datetime) -> datetime:
    """Where a window ends that goes up to that moment: companies count in seconds, and this one counts, too."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)


def window(order: SweepOrder, scheduled: datetime, last: datetime | None) -> CompareOrder:
    """What to compare. `last` is where the last sweep of the schedule ended: no gap, however long none ran."""
    until = order.until or scheduled
    return CompareOrder(since=order.since or min(until - BACK, last or until), until=until)


def slices(whole: CompareOrder) -> Iterator[CompareOrder]:
    """The window in parts of a day at most, oldest first: money comes before it is taken back."""
    since = whole.since
    while since < whole.until:
        until = min(since + SLICE, whole.until)
        yield CompareOrder(since=since, until=until)
        since = until


def halves(part: CompareOrder) -> tuple[CompareOrder, CompareOrder]:
    """Two slices in place of one, at a whole second."""
    middle = part.since + timedelta(seconds=(part.until - part.since) // timedelta(seconds=2))
    return CompareOrder(since=part.since, until=middle), CompareOrder(since=middle, until=part.until)


def nothing(part: CompareOrder) -> SweepReport:
    """The report that the others are added to."""
    return SweepReport(since=part.since, until=part.until)


def sweep_ticket(report: SweepReport) -> TicketOrder:
    """Work for Billing: one ticket a sweep, of no account in particular."""
    return fleet.sweep_found(sweep_id(report.until), report.until, report.headline, report.lines())
