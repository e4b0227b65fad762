"""Moving an open case to another policy's plan: what is done stays done, and what is to come follows the other plan.

What is done stays done, and what is to come stays to come, by the names of the steps. What only the other plan has is
over up to the level that was reached, and so is each notice, charge and fee of a day that is past, since nobody would
do them all at once. What restricts or deletes is left to the other rules: it waits for a warning that counts, for the
day that a warning named, and for its whole interval (promise 3). So nobody is restricted before a day that they read.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dunning.case.case import Case, Deferral, Done, Followed
from dunning.case.facts import Replan
from dunning.case.update import changed, one_fact
from dunning.level import Level
from dunning.notices.warnings import exempted_since
from dunning.policy.file import Policy
from dunning.policy.plan import DELETIONS, LEVEL_OF, Action, Milestone, Plan
from dunning.policy.timeline import plan_for

TERMS_CHANGED = "Your Payment Terms Have Changed"
"""The notice of it."""


def plan_under(case: Case, policy: Policy) -> Plan:
    """The policy's plan for the case, counted from the due date that it began with, and moved since as its own was.

    Raises ValueError where the policy does not fit its dates, and OverflowError past the end of the calendar.
    """
    began = case.invoice.model_copy(update={"due": case.invoice.due - timedelta(days=case.due_days)})
    return plan_for(policy, began, case.plan.zone)


def replan_refused(case: Case, fact: Replan, doing: Milestone | None) -> str:
    """Why it cannot be moved to that plan; `doing` is the step that is under way."""
    if doing and case.plan.milestone(doing.name):
        return f"{doing.name} is being done at this moment: ask again in a minute"
    if case.paid_up or case.lapsed or case.voided or case.level is Level.DELETED:
        return "nothing is payable on this invoice"
    least = fact.plan.least_balance
    if least and least.currency != case.balance.currency:
        return f"{fact.plan.policy} is a policy in {least.currency}, and the invoice is in {case.balance.currency}"
    return ""


@one_fact
def replanned(case: Case, fact: Replan, now: datetime) -> Case:
    """The case under that plan from `now` (UTC) on; as it is when that is the policy that it follows."""
    if (fact.plan.policy, fact.plan.version) == (case.plan.policy, case.plan.version):
        return case
    before = Followed(until=now, policy=case.plan.policy, version=case.plan.version)
    return changed(moved(case, fact.plan, now), replans=(*case.replans, before))


def moved(case: Case, plan: Plan, now: datetime) -> Case:
    """The case with that plan, as far as time has come in it by `now` (UTC)."""
    under = changed(case, plan=_with_done(case, plan), done=(*case.done, *_over(case, plan, now)))
    return changed(under, deferrals=(*case.deferrals, *_as_announced(case, under)))


def _with_done(case: Case, plan: Plan) -> Plan:
    """The plan with the milestones that it has not, and that are done or begun: they are told, counted and undone.

    A charge whose money is on its way has to end as what it was.
    """
    begun = {*case.steps_done, *(a.step for a in case.attempts), *(refused.step for refused in case.refusals)}
    done = [m for m in case.plan.milestones if m.name in begun and plan.milestone(m.name) is None]
    milestones = tuple(sorted((*done, *plan.milestones), key=lambda m: m.at))
    # A copy would keep what was derived from the old ones.
    return Plan(
        **{name: getattr(plan, name) for name in Plan.model_fields if name != "milestones"}, milestones=milestones
    )


def _as_announced(case: Case, under: Case) -> Iterator[Deferral]:
    """Consequences of the new plan that would come before the day which a notice named for one of their kind.

    A day that an exemption has moved since is announced anew in any case, and counts no more here than there.
    """
    named = dict[Action, datetime]()
    for done in case.done:
        counts = done.announced and done.announced.due_changes == case.due_changes and not done.undone
        for said in done.announced.steps if done.announced and counts else ():
            its = case.plan.milestone(said.step)
            if its and not exempted_since(case, its, done.announced):
                named[its.action] = max(said.at, named.get(its.action, said.at))
    for milestone in under.plan.milestones:
        until = named.get(milestone.action)
        if until and until > under.when(milestone) and milestone.name not in under.steps_done:
            why = "a notice named that day before the terms changed"
            yield Deferral(step=milestone.name, at=until, until=until, reason=why)


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
