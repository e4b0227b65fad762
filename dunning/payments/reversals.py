"""What happens at once when money was taken back and something is owed again (S3-34)."""

from collections.abc import Iterator
from datetime import datetime

from dunning.case.case import Case, Done
from dunning.case.decisions import EXEMPT, Perform, Step, Wait, follow_up
from dunning.case.ledger import Entry, Kind, standing
from dunning.case.put_off import put_off
from dunning.notices.warnings import told_of
from dunning.policy.plan import EXEMPTED, LEVEL_OF, Action, Milestone, TakenBack
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step


def owed_again(case: Case, now: datetime) -> Step | None:
    """The store hears of it, the account's credit is used, a chargeback restricts, the customer is told: each once.

    The store hears of all of them first: it lets nobody be restricted for an invoice that it takes for settled.
    """
    rule = case.plan.taken_back
    if case.lapsed:
        return None
    taken = standing(case.entries)
    unheard = (step(StepKind.REOPEN, entry.id) for entry in taken)
    reopening = next((name for name in unheard if name not in case.steps_done), None)
    if reopening:
        return Perform(follow_up(reopening, now), "money was taken back")
    for entry in taken:
        for each in _steps_of(case, entry, rule, now):
            waits = put_off(case, each.name, now) or _exempt(case, each, now)
            if each.name not in case.steps_done and not waits:
                return Perform(each, "money was taken back")
    return None


def wait_for_restriction(case: Case, now: datetime) -> Step | None:
    """A chargeback's restriction was put off: it is waited for, and nothing else restricts before it."""
    rule = case.plan.taken_back
    if case.lapsed:
        return None
    at_once = (_at_once(case, entry, rule, now) for entry in standing(case.entries))
    deferrals = (put_off(case, each.name, now) for each in at_once if each)
    later = next((deferral for deferral in deferrals if deferral), None)
    return Wait(later.until, later.step, later.reason) if later else None


def until_restriction(case: Case, now: datetime, found: Step) -> Step:
    """The same, but a chargeback's restriction comes once the exemption is over that holds it, whatever else waits."""
    until = case.exempt_until
    if until is None or not isinstance(found, Wait) or case.lapsed or case.paid_up or (found.until or until) < until:
        return found
    at_once = (_at_once(case, entry, case.plan.taken_back, now) for entry in standing(case.entries))
    held = next((each for each in at_once if each and _exempt(case, each, now)), None)
    return Wait(until, held.name, EXEMPT) if held else found


def _exempt(case: Case, milestone: Milestone, now: datetime) -> bool:
    return milestone.action in EXEMPTED and case.exempt_until is not None and now < case.exempt_until


def _steps_of(case: Case, entry: Entry, rule: TakenBack, now: datetime) -> Iterator[Milestone]:
    """What one reversal asks for, in this order; the notice comes last, so that it can say how things stand."""
    if case.plan.uses_credit:
        yield follow_up(step(StepKind.USE_CREDIT, entry.id), now)
    at_once = _at_once(case, entry, rule, now)
    if at_once:
        yield at_once
    if rule.notice:
        yield follow_up(step(StepKind.REVERSAL, entry.id), now, rule.notice)


def _at_once(case: Case, entry: Entry, rule: TakenBack, now: datetime) -> Milestone | None:
    """A chargeback restricts once, and only the services that the plan's own step to that level restricts."""
    level, name = rule.chargeback, step(StepKind.CHARGEBACK, entry.id)
    happened = any(done.step == name for done in case.done)
    if entry.kind is not Kind.CHARGEBACK or level is None or case.level.rank >= level.rank or happened:
        return None
    action = next(action for action, brings in LEVEL_OF.items() if brings is level)
    services = next((m.services for m in case.plan.milestones if m.action is action), ())
    return follow_up(name, now, action=action).model_copy(update={"services": services})


def to_repeat(case: Case) -> tuple[Done, ...]:
    """The story of a case that is reinstated: what has to come again is marked.

    A plan goes on where it stood, but nobody is deleted who was reinstated and never suspended again: whatever brought
    a level comes again, one step after the other, and so does every notice that stands after the first of them, because
    a warning from before the payment warns of nothing any more. Fees and charges are not repeated.
    """
    again = {done.step for done in case.done if done.action in LEVEL_OF}
    first = next((place for place, m in enumerate(case.plan.milestones) if m.name in again), None)
    later = () if first is None else case.plan.milestones[first:]
    again |= {told_of(m) for m in later if m.name in again or m.action is Action.NOTIFY}
    return tuple(done.model_copy(update={"undone": True}) if done.step in again else done for done in case.done)
