"""Facts from outside: what a signal or an update does to a case, and why an update is refused.

A `..._refused` function answers why not, or nothing; the caller hears that text. Recording never refuses: a payment
is never turned away, only parked.
"""

from datetime import date, datetime, timedelta

from dunning.case.case import Case, Unreadable, missed_notices
from dunning.case.facts import (
    Approval,
    DueDateChange,
    MethodChanged,
    Payment,
    Recovery,
    Restored,
    Reversal,
    Void,
    Waiver,
)
from dunning.case.ledger import CHARGES, MONEY_IN, TAKEN_BACK, Entry, Kind, find
from dunning.case.size import FULL, size
from dunning.case.state import approvers
from dunning.case.update import changed, one_fact, with_entry
from dunning.level import Level
from dunning.money import MOST, Money
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.staff.four_eyes import THE_POLICY, cannot_approve

CARRIED_ON = "carried-on"
"""The line by which what earlier invoices left goes on from one that was voided."""
_MORE = "give more with `starter.py credits add`"
YEARS = (2000, 2200)
"""Money moves in these years; a zero timestamp is a programmer's, not a customer's."""
HEARD = 200
"""So many ids of signatures are kept: a signed signal that is sent again by somebody else says nothing new."""
UNREADABLE = 100
"""So many messages that nobody can read are kept: who can send one can send thousands."""
FAR = timedelta(days=730)
"""No promise and no due date lies further ahead."""


@one_fact
def method_changed(case: Case, fact: MethodChanged) -> Case:
    """A new payment method is on file. Of several changes the latest counts, whichever is heard of last."""
    known = case.method_changed_at
    if known is not None and fact.at <= known:
        return changed(case)
    return changed(case, method_changed_at=fact.at, method_changes=case.method_changes + 1)


@one_fact
def unreadable(case: Case, signal: str, text: str, now: datetime) -> Case:
    """A message that said "payment" could not be decoded; the follow-up is a ticket. Of many the first are kept."""
    if len(case.unreadable) >= UNREADABLE:
        return case
    return changed(case, unreadable=(*case.unreadable, Unreadable(at=now, signal=signal, text=text[:2000])))


@one_fact
def heard(before: Case, after: Case, id: str) -> Case:  # noqa: A002 - the word of the wire
    """The case after a signal, which knows the id of its signature: both are one fact more than `before`."""
    del before
    return changed(after, heard=(*after.heard, id)[-HEARD:]) if id else after


def payment_refused(payment: Payment) -> str:
    """Only what is no payment at all is refused; what was paid or happened before never is a reason."""
    return _no_money(payment.amount, payment.at)


def no_room_for(case: Case, payment: Payment) -> str:
    """Why a case that has become too large takes no further part; what pays all the rest it takes (promise 2)."""
    if size(case) < FULL or find(case.entries, payment.id, MONEY_IN):
        return ""
    settles = payment.amount.currency == case.balance.currency and payment.amount.minor >= case.balance.minor
    if settles and not case.lapsed:
        return ""
    return f"the invoice has {len(case.payments)} payments and takes no further part: pay the rest of it in one"


def reversal_refused(case: Case, reversal: Reversal) -> str:
    """What cannot be a reversal of money for this invoice."""
    known = find(case.entries, reversal.payment, MONEY_IN)
    currency = known.amount.currency if known else case.invoice.amount.currency
    if reversal.amount.currency != currency:
        return f"{reversal.amount} takes nothing back: the payment is in {currency}"
    return _no_money(reversal.amount, reversal.at)


def restored_refused(case: Case, fact: Restored) -> str:
    """What cannot be the undoing of a reversal for this invoice."""
    known = find(case.entries, fact.reversal, TAKEN_BACK)
    if known and fact.amount.currency != known.amount.currency:
        return f"{fact.amount} restores nothing: what was taken back is in {known.amount.currency}"
    return _no_money(fact.amount, fact.at)


def _no_money(amount: Money, at: datetime) -> str:
    if amount.minor <= 0:
        return f"{amount} is not a payment: the amount must be positive"
    if amount.minor > MOST:
        return f"{amount} is more than a payment can be"
    if not YEARS[0] <= at.year <= YEARS[1]:
        return f"{at.isoformat()} is no time at which money can have moved"
    return ""


def odd_date(case: Case, day: date, now: datetime) -> str:
    """Why that day is none on which anything can be agreed."""
    if day < case.today(now):
        return f"{day} is already past"
    return f"{day} is too far ahead" if day > case.today(now) + FAR else ""


def waiver_refused(case: Case, waiver: Waiver) -> str:
    """Why that charge cannot be waived."""
    if case.lapsed or case.voided:
        return "nothing is payable on this invoice"
    if find(case.entries, waiver.entry, CHARGES) is None:
        charges = ", ".join(e.id for e in case.entries if e.kind in CHARGES)
        return f"there is no charge {waiver.entry!r} on this invoice; there are: {charges}"
    if known := find(case.entries, step(StepKind.WAIVE, waiver.entry), (Kind.WAIVER,)):
        return f"{known.amount} of {waiver.entry!r} is already waived, and a charge is waived once; {_MORE}"
    if wrong := _no_part(case, waiver):
        return wrong
    if _waivable(case, waiver).minor > 0:
        return ""
    return "nothing is owed, so there is nothing to waive; what was paid becomes credit if you ask to give it back"


def _no_part(case: Case, waiver: Waiver) -> str:
    """Why the amount is no part of the charge."""
    charge, amount = find(case.entries, waiver.entry, CHARGES), waiver.amount
    if amount is None or charge is None:
        return ""
    if amount.currency != charge.amount.currency:
        return f"{amount} is no part of a charge in {charge.amount.currency}"
    if amount.minor <= 0:
        return f"{amount} is not positive"
    return f"{amount} is more than the {charge.amount} that is asked for" if charge.amount < amount else ""


def _waivable(case: Case, waiver: Waiver) -> Money:
    """How much is waived: never more than is owed, unless what was paid is to be given back."""
    charge = find(case.entries, waiver.entry, CHARGES)
    amounts = [each for each in (charge.amount if charge else None, waiver.amount) if each]
    amounts += [] if waiver.give_back else [case.balance]
    return min(amounts, key=lambda money: money.minor)


@one_fact
def waived(case: Case, waiver: Waiver, now: datetime) -> Case:
    """That charge, or a part of it, is not asked for any more."""
    entry, amount = find(case.entries, waiver.entry, CHARGES), _waivable(case, waiver)
    if entry is None or amount.minor <= 0:
        return case
    note = " ".join(part for part in (waiver.reason, f"by {waiver.by}" if waiver.by else "") if part)
    waiver_id = step(StepKind.WAIVE, waiver.entry)
    return with_entry(case, Entry(id=waiver_id, kind=Kind.WAIVER, amount=amount, at=now, of=entry.id, note=note))


def approval_refused(case: Case, approval: Approval) -> str:
    """Why the approval cannot be taken."""
    milestone = case.plan.milestone(approval.milestone)
    if milestone is None or milestone.approvals == 0:
        asking = ", ".join(m.name for m in case.plan.milestones if m.approvals) or "none"
        return f"{approval.milestone!r} asks for no approval; milestones that do: {asking}"
    if milestone.name in case.steps_done:
        return f"{milestone.name!r} is already done"
    if case.next_beside_notices is not milestone:
        before = case.next_beside_notices.name if case.next_beside_notices else "the end"
        return f"{milestone.name!r} cannot be decided yet: {before!r} comes first"
    return cannot_approve(approval.by, milestone.name, approvers(case, milestone), THE_POLICY)


@one_fact
def approved(case: Case, approval: Approval) -> Case:
    """One more person agrees."""
    return changed(case, approvals=(*case.approvals, approval))


def void_refused(case: Case, void: Void) -> str:
    """Why the invoice cannot be voided."""
    del void
    return "the invoice is already void" if case.voided or case.lapsed else ""


@one_fact
def cancellation_asked(case: Case) -> Case:
    """Somebody asked the server to cancel the workflow: a person hears of it, and the case goes on."""
    return changed(case, cancellations=case.cancellations + 1)


@one_fact
def recovered(case: Case, recovery: Recovery) -> Case:
    """The server had ended it before its time; it goes on from what is known of it."""
    return changed(case, recoveries=(*case.recoveries, recovery))


@one_fact
def voided(case: Case, void: Void, now: datetime) -> Case:
    """Nothing is owed; what was paid becomes credit, what was restricted is reinstated.

    What earlier invoices left was no mistake, and goes on to the next one.
    """
    brought, charges = _asked(case, (Kind.BROUGHT,)), _asked(case, CHARGES)
    amount = charges + -brought
    after = with_entry(case, Entry(id="void", kind=Kind.VOID, amount=amount, at=now, note=void.reason))
    if brought.minor > 0:
        after = with_entry(after, Entry(id=CARRIED_ON, kind=Kind.CARRIED, amount=brought, at=now, note=void.reason))
    return changed(after, voided=void.reason)


def _asked(case: Case, kinds: tuple[Kind, ...]) -> Money:
    """The charges of these kinds, less what was waived of them; of all charges, also what was for a refund."""
    ids = {entry.id for entry in case.entries if entry.kind in kinds}
    ids |= {each.payment for each in case.given_back} if kinds is CHARGES else set()
    charges = sum(entry.amount.minor for entry in case.entries if entry.kind in kinds)
    waived = sum(e.amount.minor for e in case.entries if e.kind is Kind.WAIVER and e.of in ids)
    return case.invoice.amount.model_copy(update={"minor": charges - waived})


def due_date_refused(case: Case, change: DueDateChange, now: datetime) -> str:
    """Why the due date cannot be changed."""
    if case.paid_up or case.lapsed:
        return "nothing is payable on this invoice"
    if case.level is not Level.ACTIVE:
        return f"services are already {case.level.value}: take a promise to pay, waive or void instead"
    if change.due == case.invoice.due:
        return f"{change.due} is the due date already"
    return odd_date(case, change.due, now)


@one_fact
def due_date_changed(case: Case, change: DueDateChange, now: datetime) -> Case:
    """All steps still to come are counted from the new date; what is done stays done.

    That steps came late before is forgotten: it belonged to the other date, which may have been a slip of a year.
    """
    days = case.due_days + (change.due - case.invoice.due) // timedelta(days=1)
    invoice = case.invoice.model_copy(update={"due": change.due})
    moved = changed(
        case,
        invoice=invoice,
        shift_days=days,
        due_days=days,
        due_changes=case.due_changes + 1,
        due_changed_at=now,
    )
    return changed(moved, done=(*moved.done, *missed_notices(moved, now)))
