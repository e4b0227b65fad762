"""What a case knows of exemptions: until when nobody is restricted for it, since when, and who had said so."""

from datetime import datetime, time, timedelta
from itertools import pairwise

from dunning.calendar import instant
from dunning.case.facts import Exemption
from dunning.wire import Instant, Wire


class Exempt(Wire):
    """From `at` on, until `until` (before the next one, if that comes first), nobody is restricted for the invoice.

    `number` as in the fact; one that was ended has its `until` at `at`.
    """

    at: Instant
    until: Instant
    number: int


def noted(known: tuple[Exempt, ...], fact: Exemption, at: datetime, hour: time, zone: str) -> tuple[Exempt, ...]:
    """Those that are known and the new one; the same tuple when a later one is known already.

    Steps come again at the usual local `hour` of the day after it.
    """
    if known and fact.number <= known[-1].number:
        return known
    until = instant(fact.until + timedelta(days=1), hour, zone) if fact.until else at
    return (*known, Exempt(at=at, until=max(until, at), number=fact.number))


def exemption_words(fact: Exemption) -> str:
    """What was decided: `exempt from consequences until 2026-12-31`."""
    return f"exempt from consequences until {fact.until}" if fact.until else "no longer exempt from consequences"


def lasted(exemptions: tuple[Exempt, ...], since: int) -> datetime | None:
    """When the last of the exemptions from place `since` on was over, or will be; None when there is none."""
    ends = [min(each.until, later.at) for each, later in pairwise(exemptions)]
    ends += [exemptions[-1].until] if exemptions else []
    return max(ends[since:], default=None)
