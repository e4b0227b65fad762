"""A case as a row of the table of open cases, and the case as it will be once an activity's result is recorded."""

from datetime import datetime

from dunning.case.case import Attempted, Case, Deferral, Done
from dunning.case.decisions import Finish, Perform, Reinstate, Wait, reinstatement
from dunning.case.results import Reinstated, Result
from dunning.case.snapshot import packed, unpacked
from dunning.case.state import state
from dunning.explain.temporal_ui import coming
from dunning.records.open_case import OpenCase
from dunning.rules.machine import decide
from dunning.rules.record import recorded, reinstated


def row_of(case: Case, now: datetime) -> OpenCase | None:
    """The case's row as of `now` (UTC); None when the case is over."""
    step = decide(case, now)
    if isinstance(step, Finish):
        return None
    return OpenCase(
        number=case.invoice.number,
        account=case.invoice.account,
        customer=case.invoice.customer,
        policy=case.plan.policy,
        zone=case.plan.zone,
        state=state(case),
        level=case.level,
        balance=case.balance,
        due=case.invoice.due,
        coming=coming(step),
        coming_at=step.until if isinstance(step, Wait) else now,
        as_of=now,
        revision=case.revision,
        snapshot=packed(case),
    )


def after(
    case: Case, ordered: datetime, result: Result | Reinstated, now: datetime, *, known: Case | None = None
) -> Case:
    """The case once the result is recorded at `now`, given the case for which the step was ordered at `ordered`.

    The rules are asked once more what they decided then: they are pure, so it is the same step. `known` is the case
    as it was heard of while the step was under way: the result is recorded in that one, unless it is there already.
    """
    step, into = decide(case, ordered), known or case
    if isinstance(step, Perform) and not isinstance(result, Reinstated):
        seen = _ends(into, step.milestone.name) != _ends(case, step.milestone.name)
        return into if seen else recorded(into, step.milestone, result, now)
    if isinstance(step, Reinstate) and isinstance(result, Reinstated):
        seen = _ends(into, reinstatement(case)) != _ends(case, reinstatement(case))
        return into if seen else reinstated(into, result, now)
    return into


def _ends(case: Case, step: str) -> list[Done | Attempted | Deferral]:
    """What a case knows of how the tries of a step ended."""
    return [each for each in (*case.done, *case.attempts, *case.deferrals) if each.step == step]


def as_at(row: OpenCase, now: datetime) -> OpenCase:
    """The row with what time has changed since: only when its next step's time has come, and its snapshot is there."""
    if not row.snapshot or row.coming_at is None or row.coming_at > now:
        return row
    try:
        later = row_of(unpacked(row.snapshot), now)
    except ValueError:  # of another version of ours: `cases rebuild` writes it anew
        return row
    changes = {"state": later.state, "coming": later.coming, "coming_at": later.coming_at} if later else {}
    return row.model_copy(update=changes)
