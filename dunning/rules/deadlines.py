"""The deadline of a consequence, from the case's facts: what the rule about outages has to know of it."""

from datetime import datetime

from dunning.case.case import LATE, Case, Deferral
from dunning.case.deadline import Deadline
from dunning.notices.warnings import delivered_before, named_day
from dunning.policy.plan import EXEMPTED, Milestone


def deadline(case: Case, milestone: Milestone, now: datetime) -> Deadline:
    """Of a consequence that is asked for at `now` (UTC), for the first time or after it was put off."""
    asked = asked_for(case, milestone.name, now)
    elsewhere = sum(each.moved_days for each in case.deferrals) - moved_by(asked)
    first = asked[0].at if asked else now
    plan = case.plan
    return Deadline(
        since=_since(case, milestone),
        at=first,
        planned=case.when(milestone),
        moved=elsewhere,
        zone=plan.zone,
        named=_named(case, milestone, now),
        hours_of=plan.only_in_hours_of,
    )


def _named(case: Case, milestone: Milestone, now: datetime) -> datetime | None:
    """Only while it is to come: whoever asks on that day, or later, has kept to it."""
    named = named_day(case, milestone)
    return named if named and named > now else None


def asked_for(case: Case, step: str, now: datetime) -> tuple[Deferral, ...]:
    """How it was put off until now, one time after the other: after anything else held it, it is asked for anew."""
    found: list[Deferral] = []
    for each in reversed(case.deferrals):
        if each.step == step:
            if each.until + LATE < now:
                break
            found.insert(0, each)
            now = each.at
    return tuple(found)


def moved_by(deferrals: tuple[Deferral, ...]) -> int:
    """The days by which outages moved the step in these."""
    return sum(each.moved_days for each in deferrals)


def _since(case: Case, milestone: Milestone) -> datetime:
    warned = min((each.done.at for each in delivered_before(case, milestone)), default=case.opened_at)
    done = (each for each in case.done if each.action in EXEMPTED and not each.undone and each.step != milestone.name)
    return max([warned, *(each.at for each in done)])
