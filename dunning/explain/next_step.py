"""What comes next, in a sentence: `show` and `why` say the same, with the date that `upcoming` has for it."""

from datetime import datetime

from dunning.case.case import Case
from dunning.case.decisions import Finish, Wait
from dunning.explain.temporal_ui import clock, coming
from dunning.rules.machine import decide
from dunning.rules.upcoming import Waiting, upcoming


def next_step(case: Case, now: datetime, waiting: Waiting) -> str:
    """The next step, when and why, and what holds it until then; `now` is the case's own time."""
    step = decide(case, now)
    if isinstance(step, Finish):
        return f"nothing: the case ended as {step.outcome}"
    if not isinstance(step, Wait) or step.until is None:
        return f"{coming(step)}: {step.why}"
    first = next(upcoming(case, now, waiting), None)
    if first is None:
        return f"{coming(step)} on {clock(case, step.until)}: {step.why}"
    agreed = f", once {first.missing} more agreed" if first.missing else ""
    comes = f"{first.step.name} on {clock(case, first.at)}{agreed}"
    if first.step.name == step.coming and first.at == step.until:
        return f"{comes}: {step.why}"
    return f"{comes}: {first.why}; {step.coming} on {clock(case, step.until)}: {step.why}"
