"""What was put off: a step that a guard, or an accepted piece of news, holds until later."""

from datetime import datetime

from dunning.case.case import Case, Deferral


def put_off(case: Case, step: str, now: datetime) -> Deferral | None:
    """The last one that holds that step at `now` (UTC)."""
    later = (deferral for deferral in case.deferrals if deferral.step == step and deferral.until > now)
    return max(later, key=lambda deferral: deferral.until, default=None)
