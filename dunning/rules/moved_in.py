"""Our own first warning of an invoice that another system dunned before (promise 3).

What it sent never counts. So when no notice of ours has warned of the next consequence, and the plan will write none
before it, one is written when that is allowed first, and not only once the consequence would be due.
"""

from datetime import datetime

from dunning.case.case import Case
from dunning.case.decisions import Step, Wait
from dunning.notices.warnings import delivered_before, warn_again, warnings_before
from dunning.policy.plan import Milestone
from dunning.rules.fees import harms


def first_warning(case: Case, now: datetime, otherwise: Step) -> Step:
    """The warning, or the wait for its time, or what comes `otherwise`, whichever is first."""
    moved, coming = case.moved_in, _unwarned(case)
    if moved is None or coming is None:
        return otherwise
    if now >= moved.warns_at:
        return warn_again(case, coming, now)
    if isinstance(otherwise, Wait) and otherwise.until and otherwise.until <= moved.warns_at:
        return otherwise
    return Wait(moved.warns_at, f"our first warning of {coming.name}", "what another system sent warns of nothing")


def _unwarned(case: Case) -> Milestone | None:
    """The next consequence, when all notices of the plan that warn of it were another system's."""
    if case.moved_in is None or case.plan.unwarned or case.exempt_until:
        return None
    coming = next((m for m in case.plan.milestones if m.name not in case.steps_done and harms(case, m)), None)
    if coming is None or delivered_before(case, coming):
        return None
    warnings = [case.steps_done.get(m.name) for m in warnings_before(case, coming)]
    theirs = all(done and done.kind in ("elsewhere", "skipped") for done in warnings)
    return coming if warnings and theirs else None
