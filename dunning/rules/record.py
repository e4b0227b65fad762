"""Writing facts into a case. Each function takes a case and gives the next one; nothing here waits or asks.

`recorded` takes an activity's result after the await: the caller passes the case as it is *then*, so that a payment
which arrived meanwhile is not lost.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dunning.case.case import Case, Deferral, Done
from dunning.case.catch_up import with_done
from dunning.case.decisions import reinstatement
from dunning.case.facts import PaymentNews
from dunning.case.ledger import Entry, Kind, credit_payment
from dunning.case.results import (
    Abandoned,
    Charged,
    Credited,
    Declined,
    Deferred,
    Deleted,
    Delivered,
    Found,
    Looked,
    Loosened,
    NoMethod,
    Noted,
    NotOurs,
    Overtaken,
    Pending,
    Refunded,
    Refused,
    ReinstateResult,
    Remembered,
    Restricted,
    Result,
    Skipped,
    StillHeld,
    Undelivered,
    Unknown,
)
from dunning.case.update import changed, one_fact, with_entry
from dunning.level import Level, strictest
from dunning.notices.bounced import BOUNCED, came_back
from dunning.notices.warnings import as_announced
from dunning.payments.attempts import charged, declined, no_method, pending, unknown
from dunning.payments.cards import looked, seen
from dunning.payments.dust import is_dust
from dunning.payments.goodwill import asked_by, pays_for_it
from dunning.payments.refusals import refused
from dunning.payments.reversals import to_repeat
from dunning.policy.plan import DELETIONS, LEVEL_OF, Action, Milestone
from dunning.policy.step_kinds import About, StepKind
from dunning.policy.step_names import StepName, made_for, read, step
from dunning.rules.deadlines import asked_for, moved_by
from dunning.rules.deferrals import deferred
from dunning.rules.exemptions import exempted
from dunning.rules.fees import fee_of
from dunning.rules.hints import paused_until
from dunning.rules.money_in import paid, restored, reversed_, stirred, with_grace
from dunning.rules.promises import given_back, is_promised
from dunning.rules.signed import signed
from dunning.undo.undo import fresh_id, late


@one_fact
def recorded(case: Case, milestone: Milestone, result: Result, now: datetime) -> Case:
    """The case once the step's result is known at `now` (UTC)."""
    return late(RECORDERS[type(result)](case, milestone, result, now), milestone, now)


@one_fact
def reinstated(case: Case, result: ReinstateResult, now: datetime) -> Case:
    """The case once this invoice's own hold is lifted; `remaining` are the holds that others have."""
    if isinstance(result, Overtaken):
        return _in_generation(case, result)
    detail = f"still held by {', '.join(result.remaining)}" if result.remaining else result.level.value
    done = Done(
        step=reinstatement(case),
        action=Action.REINSTATE,
        at=now,
        kind=result.kind,
        detail=detail,
        proof=result.proof,
    )
    story = (*to_repeat(case), done)
    return changed(case, level=Level.ACTIVE, lifted=True, remaining_holds=result.remaining, done=story, loosen_to=None)


def _in_generation(case: Case, result: Overtaken) -> Case:
    """Nothing happened, and nothing is recorded but the life's new number."""
    return case.model_copy(update={"generation": result.generation})


def _refunded(case: Case, milestone: Milestone, result: Refunded, now: datetime) -> Case:
    """What a person gives back is waived with it, so that nobody is asked for it.

    No more than it paid for: the invoice may have been voided, or paid twice, while the gateway was asked.
    """
    asked = asked_by(case, milestone)
    waived = min(result.amount, pays_for_it(case), key=lambda money: money.minor)
    if asked and waived.minor > 0:
        note, name = f"{asked.reason} by {asked.by}", step(StepKind.WAIVE, milestone.name)
        waiver = Entry(id=name, kind=Kind.WAIVER, amount=waived, at=now, of=asked.payment, note=note)
        case = with_entry(case, waiver)
    entry = Entry(
        id=milestone.name,
        kind=Kind.REFUND,
        amount=result.amount,
        at=now,
        of=asked.payment if asked else read(milestone.name).id,
        note=result.refund,
    )
    return with_entry(with_done(case, milestone, now, result.kind, str(result.amount)), entry)


def _delivered(case: Case, milestone: Milestone, result: Delivered, now: datetime) -> Case:
    """The notice about a reversal may go out days late: the customer has the whole grace from then (promise 4)."""
    kind = BOUNCED if came_back(case, result.notice) else result.kind
    case = with_done(case, milestone, now, kind, result.notice, announced=result.announced)
    case = seen(case, result.card, unknown=result.card_unknown)
    tells_of_it = read(milestone.name).base == StepName(StepKind.REVERSAL, (case.grace_of,))
    return with_grace(case, case.grace_of, now) if tells_of_it else case


def _undelivered(case: Case, milestone: Milestone, result: Undelivered, now: datetime) -> Case:
    return with_done(case, milestone, now, result.kind, result.reason)


def _restricted(case: Case, milestone: Milestone, result: Restricted, now: datetime) -> Case:
    fee = fee_of(case, milestone)
    case = with_done(case, milestone, now, result.kind, result.level.value, proof=result.proof)
    case = changed(case, level=strictest([case.level, LEVEL_OF[milestone.action]]), lifted=False)
    if read(milestone.name).kind is StepKind.CHARGEBACK:
        case = changed(case, promise_reinstates=False)  # whoever gave the service back did not know of it
    if milestone.voids and not case.paid_up:
        case = _lapsed(case, milestone, now)
    if fee:
        entry_id = fresh_id(case, made_for(milestone.name, About.REACTIVATION_FEE))
        case = _with_fee(case, Entry(id=entry_id, kind=Kind.REACTIVATION_FEE, amount=fee, at=now), milestone)
    return case


def _with_fee(case: Case, fee: Entry, milestone: Milestone) -> Case:
    """No more than was announced; nothing where the warnings named no fee."""
    amount = as_announced(case, milestone, fee.amount)
    return with_entry(case, fee.model_copy(update={"amount": amount})) if amount.minor > 0 else case


def _lapsed(case: Case, milestone: Milestone, now: datetime) -> Case:
    entry_id = fresh_id(case, made_for(milestone.name, About.VOID))
    entry = Entry(id=entry_id, kind=Kind.VOID, amount=case.balance, at=now, note="by policy")
    return changed(with_entry(case, entry), lapsed=True)


def _deleted(case: Case, milestone: Milestone, result: Deleted, now: datetime) -> Case:
    case = with_done(case, milestone, now, result.kind, ", ".join(result.services), proof=result.proof)
    backups = False if milestone.action is Action.DELETE_BACKUPS else result.backups
    return changed(case, level=LEVEL_OF.get(milestone.action, case.level), backups=backups)


def _not_ours(case: Case, milestone: Milestone, result: NotOurs, now: datetime) -> Case:
    case = changed(with_done(case, milestone, now, result.kind, result.reason), renewed=True, loosen_to=None)
    if milestone.action is Action.LOOSEN and case.balance.minor > 0:  # what was paid for anew is not owed again
        return _lapsed(case, milestone, now)
    return case


def _loosened(case: Case, milestone: Milestone, result: Loosened, now: datetime) -> Case:
    """Another wrong run may have been undone meanwhile, which asks for less still."""
    detail = f"still held by {', '.join(result.remaining)}" if result.remaining else result.level.value
    case = with_done(case, milestone, now, result.kind, detail, proof=result.proof)
    if is_promised(milestone):
        case = given_back(case)
    wanted = case.loosen_to
    return changed(
        case,
        level=min(case.level, result.level, key=lambda level: level.rank),
        remaining_holds=result.remaining,
        loosen_to=wanted if wanted and wanted.rank < result.level.rank else None,
    )


def _deferred(case: Case, milestone: Milestone, result: Deferred, now: datetime) -> Case:
    until = max(result.until, now)
    later = Deferral(
        step=milestone.name,
        at=now,
        until=until,
        reason=result.reason,
        waits_for=result.waits_for,
        moved_days=max(0, result.outage_days - moved_by(asked_for(case, milestone.name, now))),
    )
    if result.exempt:
        case = signed(case, exempted(case, result.exempt, now), result.exempt, now)
    return deferred(changed(case, unreached_at=now) if result.unreached else case, later, now)


def _noted(case: Case, milestone: Milestone, result: Noted, now: datetime) -> Case:
    if milestone.action is Action.LATE_FEE and _pauses(case, now):
        return case
    before, case = case, with_done(case, milestone, now, result.kind, result.note)
    fee = fee_of(before, milestone)
    if fee:
        entry_id = fresh_id(case, milestone.name)
        return _with_fee(case, Entry(id=entry_id, kind=Kind.LATE_FEE, amount=fee, at=now), milestone)
    if milestone.action is Action.CARRY and is_dust(before):
        return with_entry(case, Entry(id=milestone.name, kind=Kind.CARRIED, amount=before.balance, at=now))
    if milestone.action is Action.CREDIT and (before.balance.minor < 0 or before.voided):
        return with_entry(case, Entry(id=milestone.name, kind=Kind.CREDIT, amount=-before.balance, at=now))
    return case


def _pauses(case: Case, now: datetime) -> bool:
    """Money came, or set out, while the company was asked for it: the fee has to be decided anew (promise 2)."""
    waits = [until for until in (case.grace_until, paused_until(case)) if until and now < until]
    return case.paid_up or case.in_transit is not None or bool(waits)


def _found(case: Case, milestone: Milestone, result: Found, now: datetime) -> Case:
    """The step was not done: what the company has for this invoice comes first."""
    del milestone
    for payment in result.payments:
        case = paid(case, payment)
    for payment in result.underway:
        case = stirred(case, PaymentNews(payment=payment, at=now, started=True), now)
    for reversal in result.reversals:
        case = reversed_(case, reversal, now)
    for fact in result.restored:
        case = restored(case, fact)
    return case


def _credited(case: Case, milestone: Milestone, result: Credited, now: datetime) -> Case:
    case = with_done(case, milestone, now, result.kind, str(result.amount))
    if result.amount.minor <= 0:
        return case
    entry_id = credit_payment(case.invoice.number, milestone.name)
    return with_entry(case, Entry(id=entry_id, kind=Kind.PAYMENT, amount=result.amount, at=now, note="credit"))


def _remembered(case: Case, milestone: Milestone, result: Remembered, now: datetime) -> Case:
    """The case started again from books that were not the last: what it had not heard of is written in."""
    del milestone, now
    for entry in result.entries:
        case = with_entry(case, entry)
    return case


def _still_held(case: Case, milestone: Milestone, result: StillHeld, now: datetime) -> Case:
    """The books stay open until the hold is lifted."""
    del milestone, now
    return changed(case, level=result.level, lifted=False)


def _overtaken(case: Case, milestone: Milestone, result: Overtaken, now: datetime) -> Case:
    del milestone, now
    return _in_generation(case, result)


def _skipped(case: Case, milestone: Milestone, result: Skipped, now: datetime) -> Case:
    return with_done(case, milestone, now, result.kind, result.reason)


def _abandoned(case: Case, milestone: Milestone, result: Abandoned, now: datetime) -> Case:
    """What the last try did is not known, so the worse is assumed: it worked, and has to be undone or asked about."""
    del result
    if milestone.action is Action.CHARGE:
        return unknown(case, milestone, Unknown(ask_at=now), now)
    if milestone.action in LEVEL_OF and milestone.action not in DELETIONS:
        return _restricted(case, milestone, Restricted(level=LEVEL_OF[milestone.action]), now)
    return case


RECORDERS: dict[type[Any], Callable[[Case, Milestone, Any, datetime], Case]] = {
    Charged: charged,
    Pending: pending,
    Unknown: unknown,
    Declined: declined,
    Refused: refused,
    Looked: looked,
    NoMethod: no_method,
    Refunded: _refunded,
    Loosened: _loosened,
    Delivered: _delivered,
    Undelivered: _undelivered,
    Restricted: _restricted,
    Deleted: _deleted,
    NotOurs: _not_ours,
    Deferred: _deferred,
    Noted: _noted,
    Found: _found,
    Credited: _credited,
    Remembered: _remembered,
    Skipped: _skipped,
    StillHeld: _still_held,
    Overtaken: _overtaken,
    Abandoned: _abandoned,
}
"""For every result but Reinstated, which is of no step of the case's (`reinstated`)."""
