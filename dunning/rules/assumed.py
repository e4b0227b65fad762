"""What each step is assumed to end in while nobody pays: notices arrive, charges fail, the panel does as it is told."""

from collections.abc import Callable

from dunning.case.announced import Announced
from dunning.case.case import Case
from dunning.case.facts import CardOnFile
from dunning.case.results import (
    Credited,
    Declined,
    Deleted,
    Delivered,
    Looked,
    Loosened,
    NoMethod,
    Noted,
    Refunded,
    Reinstated,
    Restricted,
    Result,
)
from dunning.level import Level
from dunning.money import Money
from dunning.notices.warnings import announced_now, warns_of
from dunning.payments.goodwill import asked_by
from dunning.payments.retries import ours
from dunning.policy.plan import DELETIONS, LEVEL_OF, Action, Milestone
from dunning.policy.step_names import key, notice_id, read
from dunning.rules.promises import loosened_to


def assumed(case: Case, milestone: Milestone) -> Result:
    """The result that the step has in the life of a customer who does not pay."""
    return ASSUMED[milestone.action](case, milestone)


def delivered(case: Case, milestone: Milestone) -> Delivered:
    """The notice of that step arrives, and announces what it has to for the day on which the plan has it.

    A real notice's id has the invoice's number: no bounce is about this one.
    """
    named = (case.plan.milestone(name) for name in warns_of(case, milestone))
    most = Money(minor=_MOST, currency=case.balance.currency)
    steps = tuple(Announced(step=each.name, at=case.when(each), fee=most) for each in named if each)
    return Delivered(notice=notice_id(key("", milestone.name), len(case.done)), announced=announced_now(case, steps))


_MOST = 2**53
"""What the step will bring is announced, so the assumed announcement names more than that."""


def _charged(case: Case, milestone: Milestone) -> Result:
    """A charge fails as the last one did; what is on its way, or was begun by the customer, comes back."""
    last = next(reversed(ours(case)), None)
    fresh = not any(attempt.step == milestone.name for attempt in case.attempts)
    if fresh and last and last.kind == "no_method" and (case.method_changed_at or last.began) <= last.began:
        return NoMethod()
    return Declined(code="assumed")


def _restricted(case: Case, milestone: Milestone) -> Result:
    del case
    return Restricted(level=LEVEL_OF[milestone.action])


def _deleted(case: Case, milestone: Milestone) -> Result:
    del milestone
    return Deleted(backups=case.backups)


def _refunded(case: Case, milestone: Milestone) -> Result:
    if asked := asked_by(case, milestone):
        return Refunded(refund="assumed", amount=asked.amount)
    amounts = [p.amount for p in case.payments if p.id == read(milestone.name).id]
    return Refunded(refund="assumed", amount=min((-case.balance, *amounts), key=lambda money: money.minor))


def _loosened(case: Case, milestone: Milestone) -> Result:
    return Loosened(level=loosened_to(case, milestone))


def _looked(case: Case, milestone: Milestone) -> Result:
    return Looked(card=case.card or CardOnFile(), told=bool(milestone.notice))


def _noted(case: Case, milestone: Milestone) -> Result:
    del case, milestone
    return Noted()


def _reinstated(case: Case, milestone: Milestone) -> Result:
    del milestone
    return Reinstated(level=Level.ACTIVE, remaining=case.remaining_holds)


def _no_credit(case: Case, milestone: Milestone) -> Result:
    del milestone
    return Credited(amount=Money.zero(case.balance.currency))


ASSUMED: dict[Action, Callable[[Case, Milestone], Result]] = {
    **dict.fromkeys((Action.ISSUE, Action.NOTIFY), delivered),
    **dict.fromkeys(LEVEL_OF, _restricted),
    **dict.fromkeys(DELETIONS, _deleted),
    Action.CHARGE: _charged,
    Action.REFUND: _refunded,
    Action.LOOSEN: _loosened,
    Action.USE_CREDIT: _no_credit,
    Action.CARD: _looked,
    Action.REINSTATE: _reinstated,
    **dict.fromkeys(
        (
            Action.LATE_FEE, Action.CREDIT, Action.CARRY, Action.TICKET, Action.MOVE_DUE, Action.REOPEN, Action.CLOSE,
            Action.ASK,
        ),
        _noted,
    ),
}  # fmt: skip
