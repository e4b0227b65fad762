"""What becomes of money for an invoice that has no open case any more, or that nobody knows (promise 9).

A late payment becomes credit of the account with a Billing ticket, or, where the policy gives excess back, wakes the
case, which refunds it. Money that is taken back wakes the case that had counted it; what had become credit is taken off
the credit. Money that belongs to nobody we know is parked under `UNMATCHED`, with a ticket. Every line has an id that
comes from the money's own, so that all of it may be done twice.
"""

from typing import Literal, NamedTuple

from dunning.case.case import Case
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, find
from dunning.money import Money
from dunning.policy.plan import Excess
from dunning.records.books import ClosedLedger, KnownInvoice
from dunning.records.credit import UNMATCHED, Credit, back_line, late_line
from dunning.records.inbox import LateOutcome
from dunning.tickets.money import late_payment, late_restored, late_reversal
from dunning.tickets.ticket import TicketOrder
from dunning.wire import Instant


class LateMoney(NamedTuple):
    """What is done about it: wake the case with it, write a line of credit, open a ticket. `outcome` in a word or two.

    `again`: the outcome when the line was there before; empty: the same.
    """

    outcome: LateOutcome
    wake: Case | None = None
    credit: Credit | None = None
    ticket: TicketOrder | None = None
    again: LateOutcome | Literal[""] = ""


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
    return LateMoney("credited", credit=credit, ticket=ticket, again="already credited")


def late_reversal_of(
    invoice: str, reversal: Reversal, closed: ClosedLedger | None, credited: Credit | None, account: str = ""
) -> LateMoney:
    """Already counted, reopened (the case goes on), taken off the credit, or parked: nothing here matches.

    `credited`: the credit that the payment had become, if it had.
    """
    if closed and find(closed.order.entries, reversal.payment, MONEY_IN):
        if find(closed.order.entries, reversal.id, TAKEN_BACK):
            return LateMoney("already counted")
        return LateMoney("reopened", wake=closed.order.case)
    owner = credited.account if credited else account or UNMATCHED
    ticket = late_reversal(invoice or UNMATCHED, owner, reversal, credited=credited is not None)
    if credited is None:
        return LateMoney("parked", ticket=ticket)
    why = f"had credit that was taken back ({reversal.reason})"
    line = _credit(owner, invoice, back_line(invoice, reversal.id), -reversal.amount, at=reversal.at, why=why)
    return LateMoney("taken off the credit", credit=line, ticket=ticket)


def late_restored_of(
    invoice: str, fact: Restored, closed: ClosedLedger | None, taken_off: Credit | None, account: str = ""
) -> LateMoney:
    """Reopened, so that the case counts it; back in the credit; or parked.

    `taken_off`: the line by which the reversal was taken off the credit, if it was.
    """
    if closed and find(closed.order.entries, fact.reversal, TAKEN_BACK):
        return LateMoney("reopened", wake=closed.order.case)
    if taken_off is None:
        return LateMoney("parked", ticket=late_restored(invoice or UNMATCHED, account or UNMATCHED, fact))
    line = late_line(invoice, fact.id)
    return LateMoney(
        "credited", credit=_credit(taken_off.account, invoice, line, fact.amount, at=fact.at, why="had been taken back")
    )


def _credit(account: str, invoice: str, line: str, amount: Money, *, at: Instant, why: str) -> Credit:
    reason = f"payment for {invoice or UNMATCHED}, which {why}"
    return Credit(id=line, account=account, amount=amount, at=at, reason=reason)
