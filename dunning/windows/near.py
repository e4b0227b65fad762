"""Which windows a notice tells of: whoever owes something has to know when it cannot be paid (S0-16)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dunning.case.closure import Closure
from dunning.windows.window import Window

NEAR = timedelta(days=7)
"""So long before a window it is told of."""


def closure_of(window: Window) -> Closure:
    """What customers are told of a window."""
    return Closure(since=window.since, until=window.until, zone=window.zone, reason=window.reason)


def near(windows: Iterable[Window], at: datetime) -> tuple[Closure, ...]:
    """Those that are there, or begin soon, at that instant (UTC), by their beginning."""
    those = (each for each in windows if not each.cancelled and each.since - NEAR <= at < each.until)
    return tuple(closure_of(each) for each in sorted(those, key=lambda each: each.since))
