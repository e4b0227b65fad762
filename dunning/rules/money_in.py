"""Money that comes, goes again, comes back, or is on its way: how each is written into a case.

Recording never refuses: a payment is never turned away, only parked.
"""

from datetime import datetime, timedelta

from dunning.calendar import instant, local
from dunning.case.case import Attempted, Case, Done
from dunning.case.facts import Payment, PaymentNews, Restored, Reversal
from dunning.case.ledger import CHARGES, MONEY_IN, TAKEN_BACK, Entry, Kind, balance, find
from dunning.case.outcomes import PaymentOutcome
from dunning.case.update import changed, one_fact, with_entry
from dunning.money import Money
from dunning.policy.plan import Action, Excess
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step, told
from dunning.rules.follow_ups import follow_ups


@one_fact
def paid(case: Case, payment: Payment, *, answered: bool = False) -> Case:
    """Money arrived. Counted once per id; parked when it cannot be counted (other currency, invoice void or lapsed).

    `answered`: whoever brings it waits for an answer, and is to hear the same whenever it comes again.
    """
    fits = payment.amount.currency == case.invoice.amount.currency and not case.lapsed and not case.voided
    note = payment.method if fits else _why_parked(case, payment.amount)
    kind = Kind.PAYMENT if fits else Kind.PARKED
    entry = Entry(
        id=payment.id,
        kind=kind,
        amount=payment.amount,
        at=payment.at,
        note=note,
        answered=_becomes(case, kind) if answered else "",
    )
    after = with_entry(case, entry)
    if kind is Kind.PARKED and after is not case:
        after = changed(after, approvals=())  # who agreed to a step knew nothing of this money
    return _settled_transit(after, payment.id)


def _becomes(case: Case, kind: Kind) -> PaymentOutcome:
    """In a word for whoever brings it. What comes when nothing is owed is put right as the policy says."""
    if kind is Kind.PARKED:
        return "parked"
    if not case.paid_up:
        return "applied"
    match case.plan.excess:
        case Excess.CREDIT:
            return "credited"
        case Excess.REFUND:
            return "refunded"


def _why_parked(case: Case, amount: Money) -> str:
    if amount.currency != case.invoice.amount.currency:
        return f"paid in {amount.currency}, invoiced in {case.invoice.amount.currency}"
    return "the invoice is no longer payable"


def _settled_transit(case: Case, payment: str) -> Case:
    """A debit on its way that now arrived needs no more asking."""
    attempts = tuple(
        a.model_copy(update={"ask_at": None, "kind": "charged"}) if a.payment == payment and a.ask_at else a
        for a in case.attempts
    )
    return case if attempts == case.attempts else changed(case, attempts=attempts)


@one_fact
def reversed_(case: Case, reversal: Reversal, now: datetime) -> Case:
    """Money was taken back. One that comes before its payment waits in the ledger for it.

    The rule (S3-34): when something is owed again, nothing happens for the policy's grace, counted from the day we hear
    of it, and a notice says so. Then the plan goes on where it stood;
    `dunning.payments.reversals` says what comes again.
    People who had agreed to a step agreed to another state of affairs, and are asked anew.
    """
    entry = Entry(
        id=reversal.id,
        kind=Kind.CHARGEBACK if reversal.chargeback else Kind.REVERSAL,
        amount=reversal.amount,
        at=reversal.at,
        of=reversal.payment,
        note=reversal.reason,
    )
    after = with_entry(case, entry)
    if after is case:
        return case
    after = changed(after, lifted=False)
    if after.paid_up or not case.paid_up:
        return after
    stale = _failures_never_told(case, after, now)
    return with_grace(changed(after, approvals=(), done=(*after.done, *stale)), reversal.id, now)


def with_grace(case: Case, reversal: str, now: datetime) -> Case:
    """From `now` the policy's grace runs, to its hour on the first day after."""
    hour = local(case.plan.milestones[0].at, case.plan.zone).time()
    until = instant(case.today(now) + timedelta(days=case.plan.taken_back.grace), hour, case.plan.zone)
    return changed(case, grace_until=until, grace_of=reversal)


def _failures_never_told(before: Case, after: Case, now: datetime) -> tuple[Done, ...]:
    """Notices about charges that failed while money came another way: weeks later they would only confuse."""
    wanted_before = {name for name, _ in follow_ups(before)}
    late = {told(done.step) for done in after.done if done.action is Action.CHARGE} - wanted_before
    return tuple(
        Done(step=name, action=Action.NOTIFY, at=now, kind="skipped", detail="it was paid meanwhile")
        for name, _ in follow_ups(after)
        if name in late and name not in after.steps_done
    )


@one_fact
def restored(case: Case, fact: Restored) -> Case:
    """What was taken back came again: the dispute was won. Fees that came of it are not asked for any more.

    For an invoice that is not payable any more it is money like any other: parked.
    """
    entry = Entry(id=fact.id, kind=Kind.RESTORED, amount=fact.amount, at=fact.at, of=fact.reversal)
    after = with_entry(case, entry)
    if after is case:
        return case
    if after.lapsed and after.balance.minor < 0:
        return with_entry(case, entry.model_copy(update={"kind": Kind.PARKED, "note": _why_parked(case, fact.amount)}))
    for fee in _fees_of(fact.reversal, after):
        waiver_id, note = step(StepKind.WAIVE, fee.id), "what was taken back came again"
        waiver = Entry(id=waiver_id, kind=Kind.WAIVER, amount=fee.amount, at=fact.at, of=fee.id, note=note)
        after = with_entry(after, waiver)
    return after


def _fees_of(reversal: str, case: Case) -> tuple[Entry, ...]:
    """The fees since that reversal made a case owe again that had been paid up, once nothing but they is owed."""
    taken = find(case.entries, reversal, TAKEN_BACK)
    places = range(case.entries.index(taken), 0, -1) if taken else ()
    since = next((n for n in places if balance(case.entries[:n], case.balance.currency).minor <= 0), len(case.entries))
    waived = {entry.of for entry in case.entries if entry.kind is Kind.WAIVER}
    fees = tuple(entry for entry in case.entries[since:] if entry.kind in CHARGES and entry.id not in waived)
    return fees if case.balance.minor <= sum(fee.amount.minor for fee in fees) else ()


@one_fact
def stirred(case: Case, news: PaymentNews, now: datetime) -> Case:
    """A payment that is not over has news: ask about it at once. One that the customer began is on its way from now."""
    if any(a.payment == news.payment and a.ask_at for a in case.attempts):
        asked = tuple(
            a.model_copy(update={"ask_at": now}) if a.payment == news.payment and a.ask_at else a for a in case.attempts
        )
        return case if asked == case.attempts else changed(case, attempts=asked)
    if not news.started or find(case.entries, news.payment, MONEY_IN):
        return case
    begun = Attempted(
        step=step(StepKind.UNDERWAY, news.payment), kind="pending", at=now, began=now, ask_at=now, payment=news.payment
    )
    others = tuple(a for a in case.attempts if a.step != begun.step)
    return changed(case, attempts=(*others, begun))
