"""All that puts steps off, and the one rule that reads it: guards ask it, and whoever names a date still to come."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from dunning.calendar import shifted
from dunning.case.case import LATE
from dunning.case.deadline import Deadline
from dunning.level import Level
from dunning.policy.plan import DELETIONS, LEVEL_OF, Action, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read
from dunning.windows.can_they_pay import Cause, NamedDay, Waits, charge_waits, consequence_waits
from dunning.windows.hours import OpenHours, OutOfHours
from dunning.windows.outage import Outage
from dunning.windows.outage_rule import MOST_DAYS, moved, too_young
from dunning.windows.window import CHARGE, Window, hours_of

DELETE = "delete"
_MOVED = (DELETE, *(each.value for each in (Level.LOCKED, Level.SUSPENDED, Level.INACTIVE)))
"""What an outage moves; a warning at login is none of it."""


class Shut(NamedTuple):
    """The windows that are set, the outages that were seen, and the open hours of departments.

    `lead`: so long before a window nobody is restricted any more; `least`: a shorter outage moves nothing.
    `operations.windows.shut` reads it from the store; `until` is what `dunning.rules.upcoming` asks.
    """

    windows: tuple[Window, ...] = ()
    lead: timedelta = timedelta(0)
    outages: tuple[Outage, ...] = ()
    least: timedelta = timedelta(0)
    hours: Mapping[str, OpenHours] = MappingProxyType({})

    @property
    def is_empty(self) -> bool:
        """Whether nothing puts anything off."""
        return not (self.windows or self.outages or self.hours)

    def until(self, step: Milestone, at: datetime, deadline: Deadline | None) -> Waits | None:
        """When a step comes that would come at `at` (UTC), for `upcoming`; None: then.

        A late fee and a notice wait for nothing, and what a chargeback brings at once does not either.
        """
        if read(step.name).kind is StepKind.CHARGEBACK:
            return None
        action = _action(step)
        return self.waits(action, at, deadline) if action else None

    def waits(self, action: str, at: datetime, deadline: Deadline | None = None) -> Waits | None:
        """Until when a step waits that would come at `at` (UTC), by what `PutOff.action` calls it; None: it comes then.

        What is asked again later waits no longer for it: whoever gains by an outage gains its days once.
        """
        if action == CHARGE:
            return charge_waits(at, self.windows)
        if deadline is None or action not in _MOVED:
            return consequence_waits(at, self.windows, self.lead)
        young = too_young(at, self.outages, self.least)
        waits = _kept(deadline, self._of_deadline(deadline, at))
        if young and (waits is None or waits.until <= at):
            days, given_by = (waits.outage_days, waits.outage) if waits else (0, None)
            waits = Waits(young, young.since + self.least, days, given_by)
        return waits if waits and waits.until > at else None

    def announced_for(self, action: str, at: datetime, deadline: Deadline) -> Waits | None:
        """What has just opened at `at`, if the customer was told beforehand that the step waits for that; else None.

        Windows and hours are known then, and no outage is.
        """
        planned = deadline.model_copy(update={"at": deadline.planned, "named": None})
        waits = self._replace(outages=()).waits(action, deadline.planned, planned)
        return waits if waits and waits.until <= at < waits.until + LATE else None

    def _of_deadline(self, deadline: Deadline, at: datetime) -> Waits | None:
        """From the deadline on, whenever that is asked: windows put it off, and outages move what comes of that."""
        first: Cause | None = None
        given_by: Outage | None = None
        until, days = deadline.at, 0
        while True:
            if closed := self._closed(until, deadline):
                first, until = first or closed.cause, closed.until
                continue
            due = deadline.model_copy(update={"at": shifted(until, -days, deadline.zone)})
            found = moved(due, at, self.outages, self.least)
            if found.outage is None or found.days <= days:
                break
            first, given_by = first or found.outage, given_by or found.outage
            until = shifted(until, found.days - days, deadline.zone)
            days = found.days
        if later := self._closed(max(until, at), deadline):
            return Waits(first or later.cause, later.until, days, given_by)
        return Waits(first, until, days, given_by) if first else None

    def _closed(self, at: datetime, deadline: Deadline) -> Waits | None:
        """Windows, and hours in which nobody of the department is there: until neither is in the way."""
        first: Cause | None = None
        while waits := consequence_waits(at, self.windows, self.lead) or self._out_of_hours(at, deadline.hours_of):
            first, at = first or waits.cause, waits.until
        return Waits(first, at) if first else None

    def _out_of_hours(self, at: datetime, department: str) -> Waits | None:
        hours = self.hours.get(department)
        opens = hours.next_opening(at) if hours else at
        return Waits(OutOfHours(department, opens, hours.zone), opens) if hours and opens > at else None


def _kept(deadline: Deadline, waits: Waits | None) -> Waits | None:
    """Nothing comes before the day that a notice named."""
    if deadline.named is None or (waits and waits.until >= deadline.named):
        return waits
    return waits._replace(until=deadline.named) if waits else Waits(NamedDay(deadline.named), deadline.named)


def _action(step: Milestone) -> str:
    """As `PutOff.action` calls it; empty for what waits for nothing."""
    if step.action is Action.CHARGE:
        return CHARGE
    if step.action in DELETIONS:
        return DELETE
    return LEVEL_OF[step.action].value if step.action in LEVEL_OF else ""


def why(waits: Waits) -> str:
    """The reason, for staff."""
    moves = f"; it moves by {waits.outage_days} day(s)" if waits.outage_days else ""
    return "; ".join(map(_words, waits.causes)) + moves


def _words(cause: Cause) -> str:
    if isinstance(cause, Window):
        return f"nobody can pay in our maintenance window, {hours_of(cause)}"
    if isinstance(cause, OutOfHours):
        return cause.why
    if isinstance(cause, NamedDay):
        return "a notice named that day for it"
    end = f"to {cause.until:%Y-%m-%d %H:%MZ}" if cause.until else "on"
    return f"customers could not pay ({cause.way} was away from {cause.since:%Y-%m-%d %H:%MZ} {end})"


def is_last_day(waits: Waits, deadline: Deadline | None) -> bool:
    """Whether outages may move nothing more of the invoice: from here on a person decides."""
    return deadline is not None and 0 < waits.outage_days >= MOST_DAYS - deadline.moved


ALWAYS_OPEN = Shut()
"""Nothing puts anything off."""
