"""What became of a charge attempt, written into a case."""

from datetime import datetime

from dunning.case.case import Attempted, Case
from dunning.case.catch_up import with_done
from dunning.case.ledger import Entry, Kind
from dunning.case.results import Charged, Declined, NoMethod, Pending, Unknown
from dunning.case.update import changed, with_entry
from dunning.policy.plan import Action, Milestone

NONE_ON_FILE = "no valid payment method on file"


def charged(case: Case, milestone: Milestone, result: Charged, now: datetime) -> Case:
    """The money moved; it is parked when the invoice lapsed meanwhile."""
    word = Attempted(step=milestone.name, kind=result.kind, at=now, began=now, payment=result.payment)
    case = with_done(_attempted(case, word), milestone, now, result.kind, str(result.amount))
    kind = Kind.PARKED if case.lapsed else Kind.PAYMENT
    entry = Entry(id=result.payment, kind=kind, amount=result.amount, at=result.at, note=result.method)
    return with_entry(case, entry)


def pending(case: Case, milestone: Milestone, result: Pending, now: datetime) -> Case:
    """The money is on its way."""
    ask_at = max(result.ask_at, now)
    return _attempted(
        case, Attempted(step=milestone.name, kind=result.kind, at=now, began=now, ask_at=ask_at, payment=result.payment)
    )


def unknown(case: Case, milestone: Milestone, result: Unknown, now: datetime) -> Case:
    """Nobody knows; it is asked."""
    return _attempted(
        case, Attempted(step=milestone.name, kind=result.kind, at=now, began=now, ask_at=max(result.ask_at, now))
    )


def declined(case: Case, milestone: Milestone, result: Declined, now: datetime) -> Case:
    """The company said no, to a charge or to a refund."""
    if milestone.action is Action.CHARGE:
        word = Attempted(
            step=milestone.name,
            kind=result.kind,
            at=now,
            began=now,
            payment=result.payment,
            message=result.message or result.code,
            final=result.final,
        )
        case = _attempted(case, word)
    return with_done(case, milestone, now, result.kind, result.code)


def no_method(case: Case, milestone: Milestone, result: NoMethod, now: datetime) -> Case:
    """Nothing was attempted (S3-09)."""
    word = Attempted(step=milestone.name, kind=result.kind, at=now, began=now, message=result.reason or NONE_ON_FILE)
    return with_done(_attempted(case, word), milestone, now, result.kind, result.reason)


def _attempted(case: Case, word: Attempted) -> Case:
    """Only the latest word counts, but when the attempt was made and what its payment is called stay known."""
    before = next((a for a in case.attempts if a.step == word.step), None)
    others = tuple(a for a in case.attempts if a.step != word.step)
    if before:
        word = word.model_copy(update={"began": before.began, "payment": word.payment or before.payment})
    return changed(case, attempts=(*others, word))
