"""What outages give: whole days to a deadline that they overlap, three at most an invoice, and then a ticket.

Two bounds, from what surely stood when a step came, and from what may have: acts and steps meet on several clocks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dunning.case.case import Case, Deferral, Done
from dunning.case.ledger import CHARGES
from dunning.policy.plan import EXEMPTED
from dunning.tickets.kind import TicketKind
from dunning.windows.outage import Outage
from tests.chaos.exempt import BEFORE_ALL
from tests.chaos.out_of_hours import SLOW, took
from tests.chaos.seen import Seen
from tests.chaos.told import OutageSaid

DAY, MOST = timedelta(days=1), 3
LEAST = timedelta(minutes=30)
"""As the settings have it."""
FRESH = timedelta(minutes=15)
"""So long after it was seen last one may still run."""
A_MOMENT = timedelta(minutes=2)
Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Asked:
    """A step that came `at`, and for which the case had asked since `first`; `put_off` by which deferrals."""

    number: str
    case: Case
    step: str
    first: datetime
    at: datetime
    put_off: tuple[Deferral, ...]

    @property
    def given(self) -> int:
        """Days."""
        return sum(each.moved_days for each in self.put_off)

    def later(self, days: int) -> datetime:
        """So many days after it was asked for, at the local hour."""
        return self.first.astimezone(ZoneInfo(self.case.plan.zone)) + timedelta(days=days)


def outages(seen: Seen) -> list[str]:
    """Everything that is wrong with what they moved, or did not move."""
    found = list[str]()
    for number, case in seen.cases.items():
        if (days := sum(each.moved_days for each in case.deferrals)) > MOST:
            found.append(f"{number}: outages moved it by {days} days")
        if days >= MOST and not _is_asked(seen, number):
            found.append(f"{number}: outages moved it by {days} days, and no ticket asks a person")
        for asked in _asked(number, case):
            found += [f"{number}: {asked.step} {wrong}" for wrong in _too_much(seen, asked)]
        for asked in _came(number, case) if _has_one_clock(case) else ():
            found += [f"{number}: {asked.step} came {asked.at:%F %H:%MZ}, {wrong}" for wrong in _too_late(seen, asked)]
            found += [f"{number}: {asked.step} came {asked.at:%F %H:%MZ}, {wrong}" for wrong in _too_early(seen, asked)]
    return found


def _came(number: str, case: Case) -> Iterator[Asked]:
    for done in took(case):
        chain, now = list[Deferral](), done.at
        for each in (each for each in reversed(case.deferrals) if each.step == done.step and each.at <= done.at):
            if now - each.until > timedelta(hours=1) + SLOW:
                break
            chain, now = [each, *chain], each.at
        yield Asked(number, case, done.step, now, done.at, tuple(chain))


def _asked(number: str, case: Case) -> Iterator[Asked]:
    """Each step to which outages gave days, done or not, as all of its waits together."""
    for step in dict.fromkeys(each.step for each in case.deferrals if each.moved_days):
        its = tuple(each for each in case.deferrals if each.step == step and each.moved_days)
        yield Asked(number, case, step, min(each.at for each in its), max(each.until for each in its), its)


def _too_early(seen: Seen, asked: Asked) -> Iterator[str]:
    """By what this life itself knows to have stood."""
    sure = [said.outage for said in seen.life.told.outages if _stood(said, asked)]
    since = _warned(asked.case, asked)
    if since is None:
        return
    elsewhere = sum(each.moved_days for each in asked.case.deferrals) - asked.given
    days, most = 0, max(0, MOST - elsewhere)
    long = [(each.since, each.until or each.seen) for each in sure if (each.until or each.seen) - each.since >= LEAST]
    while days < most:
        needed = min(most, _days(_lost(long, since + A_MOMENT, asked.later(days) - A_MOMENT)))
        if needed <= days:
            break
        days = needed
    if days and asked.at < asked.later(days) - A_MOMENT:
        yield f"and outages that it was asked through move it by {days} days from {asked.first:%F %H:%MZ}"
    for each in sure:
        ends = each.until or each.seen
        if each.since + A_MOMENT < asked.at < min(ends, each.since + LEAST) - A_MOMENT:
            yield f"while the outage {each.id} ran that was too young to count"


def _too_late(seen: Seen, asked: Asked) -> Iterator[str]:
    """Whose plan nothing else has held gets the days of outages once, by whatever name, and no more than three."""
    milestone = asked.case.plan.milestone(asked.step)
    if milestone is None or not _is_held_by_outages_alone(seen, asked):
        return
    lost = _lost(_longest(_may(seen, asked.number, asked.case.opened_at)), asked.case.opened_at, asked.at + SLOW)
    steps = sum(each.action in EXEMPTED for each in asked.case.plan.milestones if each.at <= milestone.at)
    most = min(MOST, _days(lost) + steps - 1 if lost else 0)  # each step rounds up
    planned = milestone.at.astimezone(ZoneInfo(asked.case.plan.zone))
    if asked.at > planned + timedelta(days=most) + SLOW:
        yield f"the plan has it {planned:%F %H:%M}, and outages may move it by {most} days"


def held_by_outages_alone(seen: Seen) -> int:
    """How many steps that is looked at for."""
    came = [asked for number, case in seen.cases.items() for asked in _came(number, case)]
    return sum(_is_held_by_outages_alone(seen, asked) for asked in came)


def _is_held_by_outages_alone(seen: Seen, asked: Asked) -> bool:
    case, told = asked.case, seen.life.told
    before = [each for each in case.plan.milestones if each.at <= asked.at]
    return _is_plain(case) and _has_one_clock(case) and not (
        seen.drawn(asked.number).in_hours
        or case.moved_in
        or case.decided
        or case.refusals
        or {entry.kind for entry in case.entries} - {*CHARGES}
        or {attempt.kind for attempt in case.attempts} - {"declined", "no_method"}
        or {done.kind for done in case.done} & {"undelivered", "bounced", "refunded"}
        or any(each.approvals for each in before)
        or seen.life.drawn.processor
        or told.windows
        or any(each.id not in told.bygones for each in seen.windows)
    )  # fmt: skip


def _too_much(seen: Seen, asked: Asked) -> Iterator[str]:
    """By all that may have stood: of this life unless it was struck out before, and all of its neighbours'."""
    may = _longest(_may(seen, asked.number, asked.first))
    most = _days(_lost(may, _earliest(asked.case, asked.step), asked.at + SLOW))
    if asked.given > min(most, MOST):
        yield f"was moved by {asked.given} days at {asked.first:%F %H:%MZ}, and outages may move it by {most}"


def _may(seen: Seen, number: str, at: datetime) -> list[Outage]:
    """Those that may have counted for what an invoice asked from then on."""
    its = {said.outage.id: said for said in seen.life.told.outages}
    return [row for row in _of_its_time(seen) if row.id not in its or not _was_struck(its[row.id], number, at)]


def _is_asked(seen: Seen, number: str) -> bool:
    """Whether a ticket names one of the outages that may have moved the invoice."""
    keys = [ticket.key for ticket in seen.of_outages if ticket.kind is TicketKind.OUTAGE_GOES_ON]
    return any(key.endswith(f":{row.id}") for key in keys for row in _of_its_time(seen))


def _of_its_time(seen: Seen) -> list[Outage]:
    """This life's and its neighbours': the same hours have the same id, but an earlier life's is as it was then."""
    mine = {said.outage.id for said in seen.life.told.outages}
    return [row for row in seen.outages if row.id in mine or row not in seen.life.told.struck_before]


def _stood(said: OutageSaid, asked: Asked) -> bool:
    """Whether it stood when the step was asked for last, and had been known for a while."""
    counts = said.outage.by or said.outage.checks > 1
    known = said.at.get(asked.number, BEFORE_ALL) + SLOW < asked.at
    return bool(counts) and known and not (said.striking and said.striking.get(asked.number, BEFORE_ALL) < asked.at)


def _was_struck(said: OutageSaid, number: str, at: datetime) -> bool:
    """Whether it had been struck out for a while by then."""
    return bool(said.struck) and number in said.struck and said.struck[number] + SLOW < at


def _warned(case: Case, asked: Asked) -> datetime | None:
    """Since when the customer surely could keep it from coming; None: nobody here knows."""
    warnings = [done.at for done in _warnings(case, asked.step) if done.at < asked.first and not done.undone]
    late = [at for at in warnings if _day(case, at) >= case.invoice.due]
    if not late:
        return None
    restricted = [d.at for d in case.done if d.action in EXEMPTED and d.step != asked.step and d.at < asked.first]
    return max([late[0] if _is_plain(case) else late[-1], *restricted])


def _earliest(case: Case, step: str) -> datetime:
    """Since when at most."""
    return min([case.opened_at, *(done.at for done in _warnings(case, step))])


def _warnings(case: Case, step: str) -> list[Done]:
    return [d for d in case.done if d.kind == "delivered" and d.announced and d.announced.of(step)]


def _is_plain(case: Case) -> bool:
    """Whether each warning counts that arrived: nothing was settled, moved, undone, exempted or written in vain."""
    return not (
        case.due_changes
        or case.exemptions
        or case.runs
        or case.settled_at
        or case.unreached_at
        or case.bounces
        or case.replans
    )


def _has_one_clock(case: Case) -> bool:
    """A case that was started again may have a clock that began anew."""
    return all(later.at >= each.at for each, later in pairwise(case.done))


def _longest(rows: Iterable[Outage]) -> list[Interval]:
    """As long as each may have been taken for."""
    spans = [(row.since, row.until or row.seen + FRESH) for row in rows if row.by or row.checks > 1]
    return [(since, until) for since, until in spans if until - since >= LEAST]


def _lost(spans: Iterable[Interval], since: datetime, until: datetime) -> timedelta:
    """The time between the two in which at least one of them was: cut at every edge, and looked at piece by piece."""
    every = list(spans)
    edges = sorted({since, until, *(edge for span in every for edge in span if since < edge < until)})
    pieces = pairwise(edges) if since < until else ()
    return sum((b - a for a, b in pieces if any(begin <= a and b <= end for begin, end in every)), timedelta(0))


def _days(lost: timedelta) -> int:
    return -(-lost // DAY)


def _day(case: Case, at: datetime) -> date:
    return at.astimezone(ZoneInfo(case.plan.zone)).date()
