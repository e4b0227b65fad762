"""The rule about outages: time that was taken from a customer before a deadline is given back, in whole days.

A debtor can take a portal down, too: so short outages do not count, an invoice gets three days at most in all, and
then a person decides.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from dunning.calendar import shifted
from dunning.case.deadline import Deadline
from dunning.windows.outage import Outage

MOST_DAYS = 3
"""By so many days outages move all steps of one invoice together."""
_DAY = timedelta(days=1)


class Moved(NamedTuple):
    """By so many days; `outage` is the first that took time from the customer."""

    days: int
    outage: Outage | None = None


def moved(deadline: Deadline, at: datetime, outages: Iterable[Outage], least: timedelta) -> Moved:
    """By how many days a deadline moves, by all that is known at `at` (UTC).

    Outages of `least` or more count, with the time that they share with the customer's; those at the same time count
    once. Days are rounded up. A day that is given is the customer's time, too.
    """
    counted = [each for each in outages if each.stands and each.ended(at) - each.since >= least]
    most, days = max(0, MOST_DAYS - deadline.moved), 0
    while days < most:
        end = shifted(deadline.at, days, deadline.zone)
        needed = min(most, -(-_lost(counted, deadline.since, end, at) // _DAY))
        if needed <= days:
            break
        days = needed
    end = shifted(deadline.at, days, deadline.zone)
    first = next((each for each in counted if each.since < end and each.ended(at) > deadline.since), None)
    return Moved(days, first if days else None)


def too_young(at: datetime, outages: Iterable[Outage], least: timedelta) -> Outage | None:
    """One that runs, and does not count yet: half an hour later one knows."""
    return next((each for each in outages if each.stands and each.runs(at) and at - each.since < least), None)


def _lost(outages: Iterable[Outage], since: datetime, until: datetime, at: datetime) -> timedelta:
    parts = ((max(each.since, since), min(each.ended(at), until)) for each in outages)
    return sum((end - begin for begin, end in _together(sorted(parts)) if end > begin), timedelta(0))


def _together(parts: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """By their beginning, without what they share."""
    over = None
    for begin, end in parts:
        yield (max(begin, over) if over else begin), end
        over = max(end, over) if over else end
