"""A charge that the gateway calls malformed: too small an amount, an unknown currency or customer, a bad parameter.

That is our mistake, and is never told as the customer's: no notice, no attempt that counts, no consequence. The charge
is not over, so nothing that the plan dates after it happens, and the days that it is late move the rest of the plan. A
person has a ticket. It is tried again once a day, because most of it is mended outside of the case, and so often at
most; then only a person goes on. Nothing that a debtor can bring about gets here: what is wrong with a payment method
is no refusal, it makes the method useless.
"""

from datetime import datetime

from dunning.calendar import shifted
from dunning.case.case import Case, Refusal
from dunning.case.decisions import Conclude, Wait
from dunning.case.facts import RefusedCharge
from dunning.case.results import Refused, Skipped
from dunning.case.update import changed, one_fact
from dunning.policy.plan import Milestone

MOST = 30
"""So often a charge that is refused is tried, once a day; its ticket says "a month"."""
_WHY = "the gateway calls our request malformed, which is ours to mend; a ticket says what to do"
_LEFT_OUT = "the gateway called our request malformed, and a person went on without it"


def refused(case: Case, milestone: Milestone, result: Refused, now: datetime) -> Case:
    """Nobody was asked for money, so it is no attempt; it is tried again tomorrow at the same local hour."""
    before = refusal(case, milestone.name)
    times = before.times + 1 if before else 1
    refused_now = Refusal(
        step=milestone.name,
        since=before.since if before else now,
        times=times,
        reason=result.reason,
        again_at=shifted(now, 1, case.plan.zone) if times < MOST else None,
    )
    attempts = tuple(each for each in case.attempts if each.step != milestone.name)
    return _with(changed(case, attempts=attempts), refused_now)


def refusal(case: Case, step: str) -> Refusal | None:
    """What is known of the refusal of that step."""
    return next((each for each in case.refusals if each.step == step), None)


def next_attempt(case: Case, step: str) -> int:
    """The number of the attempt at that charge that comes, or is under way: a refused one's key is used up."""
    known = refusal(case, step)
    return known.times + 1 if known else 1


def waits_for_mending(case: Case, step: str, now: datetime) -> Wait | None:
    """The charge was refused, and it is not time to try it again."""
    known = refusal(case, step)
    if known is None or known.left_out or (known.again_at and now >= known.again_at):
        return None
    return Wait(known.again_at, step if known.again_at else f"a decision about {step}", _WHY)


def concluded_without(case: Case, milestone: Milestone) -> Conclude | None:
    """A person left the charge out: the plan goes on without it."""
    known = refusal(case, milestone.name)
    if known is None or not known.left_out:
        return None
    return Conclude(milestone, Skipped(reason=_LEFT_OUT), _LEFT_OUT)


def decision_refused(case: Case, fact: RefusedCharge) -> str:
    """Why there is nothing to decide."""
    del fact
    return "" if _open(case) else "no charge of this invoice waits because the gateway refuses it"


@one_fact
def decided(case: Case, fact: RefusedCharge, now: datetime) -> Case:
    """The charge is tried again at once, or left out."""
    known = _open(case)
    if known is None:
        return case
    by = f"{fact.by}: {fact.reason}" if fact.reason else fact.by
    update = {"left_out": by} if fact.leave_out else {"again_at": now}
    return _with(case, known.model_copy(update=update))


def _open(case: Case) -> Refusal | None:
    return next((each for each in case.refusals if not each.left_out and each.step not in case.steps_done), None)


def _with(case: Case, new: Refusal) -> Case:
    return changed(case, refusals=(*(each for each in case.refusals if each.step != new.step), new))
