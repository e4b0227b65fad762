"""A maintenance window as the store keeps it and as people read it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dunning.calendar import local
from dunning.wire import Instant, Wire


class Window(Wire):
    """From `since` to before `until` (UTC) customers can do nothing at the portal, so nobody can pay there.

    `zone` is the one in which its hours were said. `reason` is for customers, `by` says who decided it last. A
    cancelled one keeps its hours and closes nothing.
    """

    id: str
    since: Instant
    until: Instant
    zone: str
    reason: str = ""
    by: str = ""
    cancelled: bool = False


CHARGE = "charge"


class PutOff(Wire):
    """A step that waits for the end of a window: it comes at `until`. `at` is when it would have come.

    `action` is CHARGE, "delete", or the level that a restriction brings. From `opening` on it may come, and `place` is
    its own among all that wait for that instant, for whatever reason: nobody else has it.
    """

    window: str
    invoice: str
    step: str
    account: str
    action: str
    at: Instant
    opening: Instant
    place: int = 0
    until: Instant

    def from_opening(self, opening: datetime) -> "PutOff":
        """The same step, that may come from another instant on; it has no place there yet."""
        return self.model_copy(update={"opening": opening, "place": 0, "until": opening})

    def in_place(self, place: int, every: timedelta) -> "PutOff":
        """The same step in that place of its opening: one comes `every` so often."""
        return self.model_copy(update={"place": place, "until": self.opening + place * every})


def hours_of(window: Window, zones: Iterable[str] = ()) -> str:
    """Its hours in its own zone and in others, each with its own date (S0-01).

    `Thu 19 Apr 2012 21:00 to 23:00 PDT; Fri 20 Apr 2012 00:00 to 02:00 EDT`.
    """
    return "; ".join(_between(window, zone) for zone in dict.fromkeys((window.zone, *zones)))


def _between(window: Window, zone: str) -> str:
    since, until = local(window.since, zone), local(window.until, zone)
    day = "" if until.date() == since.date() else f"{until:%a %-d %b %Y} "
    named = "" if since.tzname() == until.tzname() else f" {since.tzname()}"
    return f"{since:%a %-d %b %Y %H:%M}{named} to {day}{until:%H:%M} {until.tzname()}"
