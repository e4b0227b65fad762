"""What becomes of money for an invoice that has no open case any more, or that nobody knows (promise 9).

A late payment becomes credit of the account with a Billing ticket, or, where the policy gives excess back, wakes the
case, which refunds it. Money that is taken back wakes the case that had counted it; what had become credit is taken off
that (`dunning.payments.taken_back`). Money that belongs to nobody we know is parked under `UNMATCHED`, with a ticket.
Every line has an id that comes from the money's own, so that all of it may be done twice.
"""

from typing import NamedTuple

from dunning.case.case import Case
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, Kind, find
from dunning.money import Money
from dunning.policy.plan import Excess
from dunning.records.books import ClosedLedger, KnownInvoice
from dunning.records.credit import UNMATCHED, Credit, late_line
from dunning.records.inbox import LateOutcome
from dunning.tickets.money import late_payment, late_restored, late_reversal
from dunning.tickets.ticket import TicketOrder
from dunning.wire import Instant


class LateMoney(NamedTuple):
    """What is done: wake the case with it, write a line of credit, open a ticket. `outcome` in a word or two."""

    outcome: LateOutcome
    wake: Case | None = None
    credit: Credit | None = None
    ticket: TicketOrder | None = None


def late_payment_of(
    invoice: str, payment: Payment, known: KnownInvoice | None, closed: ClosedLedger | None, account: str = ""
) -> LateMoney:
    """Already counted, refunded (the case does it), credited, or parked. `account`: who paid, as the news says.

    Whoever heard an answer while there was a case hears the same again.
    """
    counted = find(closed.order.entries, payment.id, MONEY_IN) if closed else None
    if counted:
        return LateMoney(counted.answered or "already counted")
    if closed and closed.order.case.plan.excess is Excess.REFUND:
        return LateMoney("refunded", wake=closed.order.case)
    owner = known.account if known else UNMATCHED
    why = f"was closed as {closed.outcome}" if closed else "has no running case" if known else "nobody knows"
    ticket = late_payment(
        invoice or UNMATCHED, account if account and not known else owner, payment, why, credited_to=owner
    )
    credit = _credit(owner, invoice, late_line(invoice, payment.id), payment.amount, at=payment.at, why=why)
    if known is None:
        return LateMoney("parked", credit=credit, ticket=ticket)
    return LateMoney("credited", credit=credit, ticket=ticket)


def late_reversal_of(invoice: str, reversal: Reversal, closed: ClosedLedger | None, account: str = "") -> LateMoney:
    """Already counted, reopened (the case goes on), or parked: no books have that payment, and it is no credit."""
    if closed and find(closed.order.entries, reversal.payment, MONEY_IN):
        if find(closed.order.entries, reversal.id, TAKEN_BACK):
            return LateMoney("already counted")
        return LateMoney("reopened", wake=closed.order.case)
    ticket = late_reversal(invoice or UNMATCHED, account or UNMATCHED, reversal, credited=False)
    return LateMoney("parked", ticket=ticket)


def late_restored_of(invoice: str, fact: Restored, closed: ClosedLedger | None, account: str = "") -> LateMoney:
    """Already counted, reopened, so that the case counts it, or parked: no books have what is undone."""
    if closed and find(closed.order.entries, fact.id, (Kind.RESTORED,)):
        return LateMoney("already counted")
    if closed and find(closed.order.entries, fact.reversal, TAKEN_BACK):
        return LateMoney("reopened", wake=closed.order.case)
    return LateMoney("parked", ticket=late_restored(invoice or UNMATCHED, account or UNMATCHED, fact))


def _credit(account: str, invoice: str, line: str, amount: Money, *, at: Instant, why: str) -> Credit:
    reason = f"payment for {invoice or UNMATCHED}, which {why}"
    return Credit(id=line, account=account, amount=amount, at=at, reason=reason)
