"""Automatic attempts: when there may be another one, and when a new payment method brings one (S3-15)."""

from dataclasses import replace
from datetime import datetime

from dunning.case.case import Attempted, Case
from dunning.case.decisions import Conclude, Perform, Step, Wait, follow_up
from dunning.case.put_off import put_off
from dunning.case.results import NoMethod, Skipped
from dunning.level import Level
from dunning.payments.refusals import concluded_without, waits_for_mending
from dunning.policy.plan import Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read, step

REFUSED_FOR_GOOD = "the bank refuses this payment method for good; another one is needed"
_TRIED = ("charged", "declined", "pending", "unknown")


def ours(case: Case) -> tuple[Attempted, ...]:
    """The automatic charges, also those for which there was no method; the customer's own payments are none of them."""
    return tuple(a for a in case.attempts if read(a.step).kind is not StepKind.UNDERWAY)


def attempts(case: Case) -> tuple[Attempted, ...]:
    """Our own attempts that reached the gateway, oldest first."""
    return tuple(a for a in ours(case) if a.kind in _TRIED)


def concluded(case: Case, milestone: Milestone) -> Conclude | None:
    """A charge that may not be attempted any more: the invoice had its attempts, or the bank said never again."""
    if any(a.step == milestone.name for a in case.attempts):
        return None  # begun before: what became of it is asked
    without = concluded_without(case, milestone)
    if without:
        return without
    if _used_up(case):
        reason = f"the policy allows {case.plan.most_attempts} automatic attempt(s), and they were made"
        return Conclude(milestone, Skipped(reason=reason), reason)
    if _refused_for_good(case):
        return Conclude(milestone, NoMethod(reason=REFUSED_FOR_GOOD), REFUSED_FOR_GOOD)
    return None


def _used_up(case: Case) -> bool:
    most = case.plan.most_attempts
    return most is not None and len(attempts(case)) >= most


def _refused_for_good(case: Case) -> bool:
    tried = attempts(case)
    return bool(tried) and tried[-1].final and not _newer_method(case, tried[-1])


def until_new_method(case: Case, now: datetime, found: Step) -> Step:
    """The same, but a wait ends when a new payment method's attempt may be made that was put off."""
    later = put_off(case, step(StepKind.NEW_METHOD, case.method_changes), now)
    if later is None or not isinstance(found, Wait) or (found.until or later.until) < later.until:
        return found
    return replace(found, until=later.until) if with_new_method(case, later.until) else found


def _newer_method(case: Case, attempt: Attempted) -> bool:
    return case.method_changed_at is not None and case.method_changed_at >= attempt.began


def with_new_method(case: Case, now: datetime) -> Step | None:
    """A new payment method brings one attempt at once, when a charge has failed before and something is owed."""
    if not case.plan.charges_new_method or case.lapsed or case.level is Level.DELETED:
        return None
    tried = [a for a in ours(case) if a.message != REFUSED_FOR_GOOD]  # for those nobody was asked
    if not tried or not all(_newer_method(case, a) for a in tried) or _used_up(case):
        return None
    name = step(StepKind.NEW_METHOD, case.method_changes)
    if name in case.steps_done or put_off(case, name, now):
        return None
    attempt = follow_up(name, now)
    known = waits_for_mending(case, name, now) or concluded_without(case, attempt)
    return known or Perform(attempt, "a new payment method is on file")
