"""What is to come, and when: the only maker of dates to come. Notices, pages, staff and Temporal's UI read it here.

The rules themselves are played forward on a copy of the case: at each wait the clock goes to its end, at each step the
result is written down that it has while nobody pays (`dunning.rules.assumed`). So promises, undo pauses, graces,
deferrals, late days that move the rest, repeated warnings and money on its way count here exactly as they will.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dunning.case.case import Case
from dunning.case.deadline import Deadline
from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Wait, follow_up, reinstatement
from dunning.case.facts import Approval
from dunning.case.ledger import FEES, total
from dunning.case.results import Deferred, Reinstated
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import CONSEQUENCES, EXEMPTED, Action, Milestone
from dunning.rules.assumed import assumed, delivered
from dunning.rules.deadlines import asked_for, deadline, moved_by
from dunning.rules.machine import decide
from dunning.rules.record import recorded, reinstated
from dunning.rules.updates import approved
from dunning.windows.can_they_pay import Waits

Waiting = Callable[[Milestone, datetime, Deadline | None], Waits | None]
"""Until when a step waits that would come at that instant (UTC), as guards will say then; None: it comes then.

The deadline is that of a consequence.
"""
_DEEDS = (Action.CHARGE, Action.WARN_ADMINS, *CONSEQUENCES)
_MOST = 400
"""Decisions; no life takes more."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A step to come, if nothing is heard until then.

    `at` (UTC) is when it comes; the earliest, when people have yet to agree to it or to a step before it. `missing` is
    how many more have to agree to this one. `asks`: an attempt was made before, and only its end is asked for.
    `fee` is what the step adds to the balance, as it stands then if nothing is paid.
    `asked`: outages moved it from that instant (UTC), on which the case asks for it.
    `without_effect`: the rules know already that nobody will notice it, such as a charge that is not tried any more.
    """

    step: Milestone
    at: datetime
    why: str
    missing: int = 0
    fee: Money | None = None
    asks: bool = False
    without_effect: bool = False
    asked: datetime | None = None

    @property
    def is_deed(self) -> bool:
        """Whether it does something to the customer that is more than a notice."""
        return self.step.action in _DEEDS and not self.asks and not self.without_effect


def nothing_waits(_step: Milestone, _at: datetime, _deadline: Deadline | None) -> None:
    """Nothing is known that puts anything off: the plan's own dates."""


def upcoming(case: Case, now: datetime, waiting: Waiting) -> Iterator[Coming]:
    """Every step still to come after `now` (UTC), in order; take as many as you need, each costs its own time.

    `waiting` puts off what is tried for the first time, as guards do; what was begun before is asked about. Ends where
    only a payment, a person or nothing at all goes on.
    """
    missing = 0
    for _ in range(_MOST):
        step = decide(case, now)
        if isinstance(step, Finish) or (isinstance(step, Wait) and not step.until and not step.missing):
            return
        if isinstance(step, Wait):
            now, missing = step.until or now, step.missing or missing
            case = _agreed(case, step)
            continue
        later = _put_off(case, step, now, waiting)
        if later:
            assert isinstance(step, Perform)
            case = recorded(case, step.milestone, later, now)
            continue
        before, case = case, _after(case, step, now)
        yield _coming(before, case, step, now, missing)
        missing = 0


def road_ahead(case: Case, now: datetime, waiting: Waiting) -> Iterator[Coming]:
    """All that happens to the customer if nothing is paid, in order; nothing once everything is paid.

    When the policy has voided the invoice, no payment is asked for, and what follows comes all the same.
    """
    if not case.paid_up:
        yield from (coming for coming in upcoming(case, now, waiting) if coming.is_deed)


def road_after(case: Case, notice: Milestone, now: datetime, waiting: Waiting) -> Iterator[Coming]:
    """The same once the notice, sent at `now`, is there: a warning's interval and a grace begin with it."""
    yield from road_ahead(recorded(case, notice, delivered(case, notice), now), now, waiting)


def _put_off(case: Case, step: Perform | Conclude | Reinstate, now: datetime, waiting: Waiting) -> Deferred | None:
    if not isinstance(step, Perform) or any(each.step == step.milestone.name for each in case.attempts):
        return None
    harms = step.milestone.action in EXEMPTED
    waits = waiting(step.milestone, now, deadline(case, step.milestone, now) if harms else None)
    return Deferred(until=waits.until, reason="it waits", outage_days=waits.outage_days) if waits else None


def _agreed(case: Case, wait: Wait) -> Case:
    """People agree as soon as they are asked: from there on dates are the earliest."""
    for number in range(wait.missing):
        coming = case.next_milestone
        assert coming is not None
        case = approved(case, Approval(milestone=coming.name, by=f"assumed {number}"))
    return case


def _after(case: Case, step: Perform | Conclude | Reinstate, now: datetime) -> Case:
    if isinstance(step, Reinstate):
        return reinstated(case, Reinstated(level=Level.ACTIVE, remaining=case.remaining_holds), now)
    result = step.result if isinstance(step, Conclude) else assumed(case, step.milestone)
    return recorded(case, step.milestone, result, now)


def _coming(before: Case, after: Case, step: Perform | Conclude | Reinstate, now: datetime, missing: int) -> Coming:
    if isinstance(step, Reinstate):
        return Coming(follow_up(reinstatement(before), now), now, step.why)
    milestone = step.milestone
    return Coming(
        step=milestone,
        at=now,
        why=step.why,
        missing=missing,
        fee=_added(before, after),
        asked=_asked(before, milestone, now),
        asks=any(a.step == milestone.name for a in before.attempts),
        without_effect=isinstance(step, Conclude)
        or _without_method(after, milestone)
        or (milestone.action is Action.LATE_FEE and after.entries == before.entries),
    )


def _asked(case: Case, milestone: Milestone, now: datetime) -> datetime | None:
    asked = asked_for(case, milestone.name, now)
    return asked[0].at if moved_by(asked) else None


def _added(before: Case, after: Case) -> Money | None:
    fees = tuple(entry for entry in after.entries[len(before.entries) :] if entry.kind in FEES)
    return total(fees) if fees else None


def _without_method(case: Case, milestone: Milestone) -> bool:
    return any(a.step == milestone.name and a.kind == "no_method" for a in case.attempts)
