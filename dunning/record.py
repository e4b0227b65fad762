"""Writing facts into a case. Each function takes a case and gives the next one; nothing here waits or asks.

`recorded` takes an activity's result after the await: the caller passes the case as it is *then*, so that a payment
which arrived meanwhile is not lost.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dunning.calendar import shifted
from dunning.case import LATE, Attempted, Case, Deferral, Done
from dunning.ledger import Entry, Kind, written
from dunning.levels import Level
from dunning.plan import LEVEL_OF, Action, Milestone
from dunning.results import (
    Abandoned,
    Charged,
    Declined,
    Deferred,
    Deleted,
    Delivered,
    NoMethod,
    Noted,
    NotOurs,
    Pending,
    Refunded,
    Reinstated,
    Restricted,
    Result,
    Undelivered,
    Unknown,
)


def recorded(case: Case, milestone: Milestone, result: Result, now: datetime) -> Case:
    """The case once the step's result is known at `now` (UTC)."""
    return _RECORDERS[type(result)](case, milestone, result, now)


def reinstated(case: Case, result: Reinstated, now: datetime) -> Case:
    """The case once this invoice's own hold is lifted; `remaining` are the holds that others have."""
    number = sum(done.action is Action.REINSTATE for done in case.done) + 1
    detail = f"still held by {', '.join(result.remaining)}" if result.remaining else result.level.value
    done = Done(step=f"reinstate:{number}", action=Action.REINSTATE, at=now, kind=result.kind, detail=detail)
    return changed(case, level=Level.ACTIVE, released=True, remaining_holds=result.remaining, done=(*case.done, done))


def changed(case: Case, **changes: Any) -> Case:
    """The case with some fields replaced."""
    # model_copy would carry the cached properties over: a new object derives its own.
    fields = {name: getattr(case, name) for name in _FIELDS}
    return Case.model_construct(**{**fields, **changes})


_FIELDS = tuple(Case.model_fields)


def with_entry(case: Case, entry: Entry) -> Case:
    """The case with one more ledger line; the same case when a line of that id is already there."""
    return case if written(case.entries, entry) else changed(case, entries=(*case.entries, entry))


def _done(case: Case, milestone: Milestone, now: datetime, kind: str, detail: str = "") -> Case:
    notice = milestone.notice if milestone.action in (Action.ISSUE, Action.NOTIFY) else ""
    done = Done(step=milestone.name, action=milestone.action, at=now, kind=kind, detail=detail, notice=notice)
    return changed(case, done=(*case.done, done), shift_days=case.shift_days + days_late(case, milestone, now))


def days_late(case: Case, milestone: Milestone, now: datetime) -> int:
    """The catch-up rule (promise 4): whole days by which a step done at `now` moves everything after it.

    Downtime is ours, not the customer's, so each interval between a warning and its consequence is kept: the days are
    rounded up and the local hour stays. Lateness up to `LATE` moves nothing; follow-ups that no policy dates move
    nothing either. A case that was opened after its first steps' days is not late with them: the due date stands.
    """
    if case.plan.milestone(milestone.name) is None:
        return 0
    planned = case.when(milestone)
    if _comes_before_it_is_due(milestone):
        planned = max(planned, case.opened_at, case.due_changed_at or case.opened_at)
    if now - planned <= LATE:
        return 0
    days = (now - planned).days
    while shifted(planned, days, case.plan.zone) < now - LATE:
        days += 1
    return days


def _comes_before_it_is_due(milestone: Milestone) -> bool:
    """The invoice, and what is friendly before the due date: no warning, and nothing that restricts anybody."""
    friendly = milestone.action in (Action.NOTIFY, Action.CHARGE) and not milestone.warns
    return milestone.action is Action.ISSUE or (friendly and milestone.day < 0)


def _attempted(case: Case, milestone: Milestone, word: Attempted) -> Case:
    others = tuple(a for a in case.attempts if a.step != milestone.name)
    return changed(case, attempts=(*others, word))


def _charged(case: Case, milestone: Milestone, result: Charged, now: datetime) -> Case:
    word = Attempted(step=milestone.name, kind=result.kind, at=now, payment=result.payment)
    case = _done(_attempted(case, milestone, word), milestone, now, result.kind, str(result.amount))
    kind = Kind.PARKED if case.lapsed else Kind.PAYMENT
    entry = Entry(id=result.payment, kind=kind, amount=result.amount, at=result.at, note=result.method)
    return with_entry(case, entry)


def _pending(case: Case, milestone: Milestone, result: Pending, now: datetime) -> Case:
    word = Attempted(
        step=milestone.name, kind=result.kind, at=now, ask_at=max(result.ask_at, now), payment=result.payment
    )
    return _attempted(case, milestone, word)


def _unknown(case: Case, milestone: Milestone, result: Unknown, now: datetime) -> Case:
    return _attempted(
        case, milestone, Attempted(step=milestone.name, kind=result.kind, at=now, ask_at=max(result.ask_at, now))
    )


def _declined(case: Case, milestone: Milestone, result: Declined, now: datetime) -> Case:
    if milestone.action is Action.CHARGE:
        word = Attempted(step=milestone.name, kind=result.kind, at=now, message=result.message or result.code)
        case = _attempted(case, milestone, word)
    return _done(case, milestone, now, result.kind, result.code)


def _no_method(case: Case, milestone: Milestone, result: NoMethod, now: datetime) -> Case:
    word = Attempted(step=milestone.name, kind=result.kind, at=now, message="no valid payment method on file")
    return _done(_attempted(case, milestone, word), milestone, now, result.kind)


def _refunded(case: Case, milestone: Milestone, result: Refunded, now: datetime) -> Case:
    entry = Entry(
        id=milestone.name,
        kind=Kind.REFUND,
        amount=result.amount,
        at=now,
        of=milestone.name.removeprefix("refund:"),
        note=result.refund,
    )
    return with_entry(_done(case, milestone, now, result.kind, str(result.amount)), entry)


def _delivered(case: Case, milestone: Milestone, result: Delivered, now: datetime) -> Case:
    return _done(case, milestone, now, result.kind, result.notice)


def _undelivered(case: Case, milestone: Milestone, result: Undelivered, now: datetime) -> Case:
    return _done(case, milestone, now, result.kind, result.reason)


def _restricted(case: Case, milestone: Milestone, result: Restricted, now: datetime) -> Case:
    case = _done(case, milestone, now, result.kind, result.level.value)
    case = changed(case, level=LEVEL_OF[milestone.action], released=False)
    if milestone.voids and not case.paid_up:
        case = _lapsed(case, milestone, now)
    fee = case.plan.reactivation_fee
    if milestone.action is Action.SUSPEND and fee and not case.paid_up:
        entry = Entry(id=f"{milestone.name}:reactivation-fee", kind=Kind.REACTIVATION_FEE, amount=fee, at=now)
        case = with_entry(case, entry)
    return case


def _lapsed(case: Case, milestone: Milestone, now: datetime) -> Case:
    entry = Entry(id=f"{milestone.name}:void", kind=Kind.VOID, amount=case.balance, at=now, note="by policy")
    return changed(with_entry(case, entry), lapsed=True)


def _deleted(case: Case, milestone: Milestone, result: Deleted, now: datetime) -> Case:
    case = _done(case, milestone, now, result.kind, ", ".join(result.services))
    return changed(case, level=LEVEL_OF.get(milestone.action, case.level))


def _not_ours(case: Case, milestone: Milestone, result: NotOurs, now: datetime) -> Case:
    return changed(_done(case, milestone, now, result.kind, result.reason), renewed=True)


def _deferred(case: Case, milestone: Milestone, result: Deferred, now: datetime) -> Case:
    later = Deferral(step=milestone.name, until=max(result.until, now), reason=result.reason)
    return changed(case, deferrals=(*case.deferrals, later))


def _noted(case: Case, milestone: Milestone, result: Noted, now: datetime) -> Case:
    before, case = case, _done(case, milestone, now, result.kind, result.note)
    if milestone.action is Action.LATE_FEE and milestone.fee and _fee_applies(before, milestone):
        return with_entry(case, Entry(id=milestone.name, kind=Kind.LATE_FEE, amount=milestone.fee, at=now))
    if milestone.action is Action.CREDIT and before.balance.minor < 0:
        return with_entry(case, Entry(id=milestone.name, kind=Kind.CREDIT, amount=-before.balance, at=now))
    return case


def _fee_applies(case: Case, milestone: Milestone) -> bool:
    """S3-35: a policy says whether the fee applies when no charge could even be attempted."""
    last = case.attempts[-1] if case.attempts else None
    return milestone.fee_without_attempt or (last is not None and last.kind != "no_method")


def _abandoned(case: Case, milestone: Milestone, result: Abandoned, now: datetime) -> Case:
    """What the last try did is not known, so the worse is assumed: it worked, and has to be undone or asked about."""
    del result
    if milestone.action is Action.CHARGE:
        return _unknown(case, milestone, Unknown(ask_at=now), now)
    if milestone.action in (Action.WARN_ADMINS, Action.LOCK, Action.SUSPEND, Action.DEACTIVATE):
        return _restricted(case, milestone, Restricted(level=LEVEL_OF[milestone.action]), now)
    return case


_RECORDERS: dict[type[Any], Callable[[Case, Milestone, Any, datetime], Case]] = {
    Charged: _charged,
    Pending: _pending,
    Unknown: _unknown,
    Declined: _declined,
    NoMethod: _no_method,
    Refunded: _refunded,
    Delivered: _delivered,
    Undelivered: _undelivered,
    Restricted: _restricted,
    Deleted: _deleted,
    NotOurs: _not_ours,
    Deferred: _deferred,
    Noted: _noted,
    Abandoned: _abandoned,
}
