"""What another policy would do to an open invoice, beside what its own plan does: both roads, played by the rules.

Nobody is moved by looking. A running case keeps its compiled plan; this is what would be if it were moved now. Then
what is done stays done, and what is to come stays to come, by the names of the steps. What only the other policy has is
over up to the level that was reached, and so is each notice, charge and fee of a day that is past, since nobody would
do them all at once. What restricts or deletes is left to the rules: it waits for a warning that counts, and for its
whole interval.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from dunning.case.case import Case, Done
from dunning.case.update import changed
from dunning.forecast.expected import Deed, road
from dunning.level import Level
from dunning.policy.file import Policy
from dunning.policy.plan import DELETIONS, LEVEL_OF, Milestone, Plan
from dunning.policy.timeline import plan_for
from dunning.windows.shut import ALWAYS_OPEN, Shut

Unfit = Literal["", "in another currency", "with dates that the policy does not fit"]
"""Why an invoice cannot be under a policy; empty when it can."""


class Road(NamedTuple):
    """What comes if nobody pays: the day on which each deed comes first, and what all fees add, in minor units.

    For what needs people it is the earliest day.
    """

    first: Mapping[Deed, date]
    fees: int


class Compared(NamedTuple):
    """An open invoice: `own` is the road of the plan that it keeps, of that version; `other` that of the policy.

    Where it is `unfit`, both are its own.
    """

    invoice: str
    account: str
    customer: str
    currency: str
    version: str
    own: Road
    other: Road
    unfit: Unfit = ""


def compared(case: Case, policy: Policy, now: datetime, shut: Shut = ALWAYS_OPEN) -> Iterator[Compared]:
    """The case as it runs, and as it would be under that policy from `now` (UTC) on: one a case."""
    moved, unfit = _under(case, policy, now)
    yield Compared(
        invoice=case.invoice.number,
        account=case.invoice.account,
        customer=case.invoice.customer,
        currency=case.balance.currency,
        version=case.plan.version,
        own=_road(case, now, shut),
        other=_road(moved, now, shut),
        unfit=unfit,
    )


def _road(case: Case, now: datetime, shut: Shut) -> Road:
    first: dict[Deed, date] = {}
    fees = 0
    for each in road(case, now, shut=shut):
        first.setdefault(each.deed, each.day)
        fees += each.fee
    return Road(first, fees)


def _under(case: Case, policy: Policy, now: datetime) -> tuple[Case, Unfit]:
    """The case with the policy's plan for it; as it is where that cannot be.

    A plan is counted from the due date that the invoice began with, and moved with the days since, as the case's own.
    """
    if policy.currency != case.balance.currency:
        return case, "in another currency"
    began = case.invoice.model_copy(update={"due": case.invoice.due - timedelta(days=case.due_days)})
    try:
        plan = plan_for(policy, began, case.plan.zone)
    except (OverflowError, ValueError):  # TimelineError, or past the end of the calendar
        return case, "with dates that the policy does not fit"
    return changed(case, plan=plan, done=(*case.done, *_over(case, plan, now))), ""


def _over(case: Case, plan: Plan, now: datetime) -> Iterator[Done]:
    """The milestones that only that plan has, and that do not come any more."""
    reached, known = _reached(plan, case.level), {milestone.name for milestone in case.plan.milestones}
    for place, milestone in enumerate(plan.milestones):
        past = case.when(milestone) < now and not _restricts(milestone)
        if milestone.name not in known and (place <= reached or past):
            yield Done(step=milestone.name, action=milestone.action, at=now, kind="skipped", detail="before its plan")


def _reached(plan: Plan, level: Level) -> int:
    """The place of the last milestone that brings no more than that level; -1 where nothing is restricted."""
    if level is Level.ACTIVE:
        return -1
    levels = [LEVEL_OF.get(milestone.action) for milestone in plan.milestones]
    return max((place for place, each in enumerate(levels) if each and each.rank <= level.rank), default=-1)


def _restricts(milestone: Milestone) -> bool:
    return milestone.action in DELETIONS or milestone.action in LEVEL_OF
