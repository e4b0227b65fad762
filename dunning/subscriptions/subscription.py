"""A subscription: what renews, when, and what was agreed about it. One frozen object, which its workflow holds."""

from datetime import date, time
from typing import Literal

from dunning.calendar import Offset, add_offset, instant
from dunning.line import Line
from dunning.money import Money
from dunning.policy.file import Policy
from dunning.subscriptions.period import Period
from dunning.subscriptions.schedule import Schedule
from dunning.wire import Instant, Wire, Words

TOLD = 50
"""So many lines of its story are kept: the latest."""


class Lead(Wire):
    """How long before its date a renewal's invoice is opened, by policy: as long as its first step is before it.

    `months` and `days` are not positive; `hour` is local in `zone`.
    """

    months: int = 0
    days: int = 0
    hour: time
    zone: str

    def before(self, day: date) -> Instant:
        """When the invoice of a renewal on that day is opened."""
        return instant(add_offset(day, Offset(self.months, self.days)), self.hour, self.zone)


def lead_of(policy: Policy, zone: str = "") -> Lead:
    """The policy's, in its zone or in the account's `zone`."""
    first, zone = policy.milestones[0], zone or policy.zone
    months, days, minutes = first.distance
    hour = first.hour or policy.hour
    # What begins after the due date is opened on it; part of a day counts as a whole one.
    return Lead(months=min(months, 0), days=min(days + minutes // (24 * 60), 0), hour=hour, zone=zone)


class Terms(Wire):
    """What a renewal asks for. `pays_for` are ids of services; none named: all of the account's."""

    policy: str
    lines: tuple[Line, ...]
    pays_for: tuple[str, ...] = ()

    @property
    def amount(self) -> Money:
        """What the lines come to."""
        first, *more = (line.amount for line in self.lines)
        return sum(more, first)


class Agreed(Wire):
    """What holds from the next renewal on."""

    terms: Terms
    schedule: Schedule
    lead: Lead


class Paused(Wire):
    """No renewal on `since` nor after it before `until`; on `until` the next period begins."""

    since: date
    until: date


class NotOpened(Wire):
    """A renewal that could not be opened: why, and when that is tried again."""

    reason: str
    again_at: Instant


class Told(Wire):
    """A line of its story."""

    at: Instant
    text: str


Ended = Literal["", "cancelled", "deleted"]
"""How it ended; empty while it goes on. `deleted`: its services are gone."""


class Subscription(Wire):
    """All of it. `number` is the next renewal that is not opened yet.

    `began` is the date until which it was paid for when it began. `coming` holds from the next renewal on. `ends`: no
    renewal on that date nor after it. `opening`: the next renewal is being opened just now, by the terms as they were.
    `revision` grows with every fact.
    """

    id: str
    account: str
    terms: Terms
    schedule: Schedule
    lead: Lead
    began: date
    number: int
    coming: Agreed | None = None
    paused: Paused | None = None
    ends: date | None = None
    ended: Ended = ""
    opening: bool = False
    refused: NotOpened | None = None
    told: tuple[Told, ...] = ()
    revision: int = 0

    @property
    def renews_on(self) -> date:
        """The date of the next renewal that is not opened yet."""
        return self.schedule.renewal(self.number)

    @property
    def next_terms(self) -> Agreed:
        """What that renewal asks for."""
        return self.coming or Agreed(terms=self.terms, schedule=self.schedule, lead=self.lead)

    @property
    def opens_at(self) -> Instant:
        """When that renewal's invoice is opened."""
        return self.next_terms.lead.before(self.renews_on)


class Change(Wire):
    """What somebody changes; None stays. `since` is the date from which the quote said that it holds."""

    since: date
    lines: tuple[Line, ...] | None = None
    pays_for: tuple[str, ...] | None = None
    policy: str | None = None
    lead: Lead | None = None
    period: Period | None = None
    by: Words
    reason: Words


class Pause(Wire):
    """No renewal from the end of what is billed until that day, on which the next period begins."""

    until: date
    by: Words
    reason: Words


class Cancel(Wire):
    """It ends with the period that is billed last, or `now`; or somebody takes that back while it goes on."""

    when: Literal["period-end", "now", "never"]
    by: Words
    reason: Words


Asked = Change | Pause | Cancel
"""What people ask of a subscription."""


class Answer(Wire):
    """What whoever asked hears. `changed`: it was not so before."""

    changed: bool
    subscription: Subscription
