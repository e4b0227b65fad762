"""The renewal dates of a subscription. Each is counted from the anchor, never from the date before it.

So 31 January, 28 February, 31 March: a month that is too short moves its own date, and no other.
"""

import calendar
from datetime import date, timedelta

from dunning.calendar import Offset, add_offset
from dunning.subscriptions.period import Period, length
from dunning.wire import Wire


class Schedule(Wire):
    """Renewal number `first` is on the `anchor`. `day` is the day of the month that is wanted, if months are counted.

    It is the anchor's own, unless the anchor had to be put off to a month's end: then it is remembered here.
    """

    anchor: date
    day: int
    period: Period
    first: int = 0

    def renewal(self, number: int) -> date:
        """The date of that renewal: the period before it ends, and what its invoice pays for begins."""
        distance, count = length(self.period), number - self.first
        if distance.days:
            return self.anchor + timedelta(days=count * distance.days)
        month = add_offset(self.anchor.replace(day=1), Offset(months=count * distance.months))
        return month.replace(day=min(self.day, calendar.monthrange(month.year, month.month)[1]))

    def first_from(self, day: date) -> int:
        """The number of the first renewal on that day or after it, counted from `first`."""
        distance = length(self.period)
        # At most so many; the exact one is near, for months have 28 days at least.
        number = self.first + max(0, (day - self.anchor).days // (distance.days or distance.months * 31) - 1)
        while self.renewal(number) < day:
            number += 1
        return number


def anchored(anchor: date, period: str) -> Schedule:
    """The schedule that begins on that day."""
    return Schedule(anchor=anchor, day=anchor.day, period=period)


def with_period(schedule: Schedule, number: int, period: str) -> Schedule:
    """From that renewal on another period, on the same date; what was counted from a 31st still is."""
    there = schedule.renewal(number)
    day = there.day if length(schedule.period).days else schedule.day
    return schedule if schedule.period == period else Schedule(anchor=there, day=day, period=period, first=number)


def moved(schedule: Schedule, number: int, to: date) -> Schedule:
    """That renewal is on another day, and all later ones are counted from there."""
    return Schedule(anchor=to, day=to.day, period=schedule.period, first=number)
