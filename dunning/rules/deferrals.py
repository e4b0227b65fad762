"""A step that was put off is asked for again at once, because a person let it happen."""

from datetime import datetime, timedelta

from dunning.case.case import Case, Deferral
from dunning.case.facts import Reconsider
from dunning.case.update import changed, one_fact
from dunning.policy.step_names import without_turn

LONGEST_WAIT = timedelta(days=1)
"""So long a step waits for news that was accepted and cannot be handled; then a person has had a ticket for a day."""


@one_fact
def reconsidered(case: Case, fact: Reconsider, now: datetime) -> Case:
    """What put the step off is asked again now, every guard included.

    It may be asking this very moment and say no because it began before the person decided: that is kept in mind.
    """
    lifted = [each for each in case.deferrals if each.until > now and _is(fact.step, each.step)]
    if not lifted:
        return changed(case, reconsidered=tuple(dict.fromkeys((*case.reconsidered, fact.step))))
    by = f"; allowed by {fact.by}" if fact.by else ""
    ended = {each: each.model_copy(update={"until": now, "reason": each.reason + by}) for each in lifted}
    return changed(case, deferrals=tuple(ended.get(each, each) for each in case.deferrals))


def deferred(case: Case, later: Deferral, now: datetime) -> Case:
    """The step waits until then; only for a moment when a person let it happen while it was asked for."""
    meant = [step for step in case.reconsidered if _is(step, later.step)]
    if meant:
        later = later.model_copy(update={"until": now})
    others = tuple(step for step in case.reconsidered if step not in meant)
    return changed(case, reconsidered=others, deferrals=(*case.deferrals, later))


def waited_out(case: Case, step: str, now: datetime) -> tuple[str, ...]:
    """The accepted news that the step has waited for as long as it may; other news it waits for all the same."""
    since: dict[str, datetime] = {}
    for each in case.deferrals:
        if each.step == step and each.waits_for:
            since.setdefault(each.waits_for, each.until)
    return tuple(news for news, first in since.items() if now - first >= LONGEST_WAIT)


def _is(ordered: str, step: str) -> bool:
    """Whether the order's step is that step, or that step come again (`suspend:2`)."""
    return without_turn(ordered) == without_turn(step)
