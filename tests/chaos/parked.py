"""Money that pays for nothing: it is credit of the account with a ticket, or waits, and what was refused is nowhere."""

from collections.abc import Iterator

from dunning.case.ledger import TAKEN_BACK, Kind
from dunning.records.credit import late_line
from dunning.tickets.kind import TicketKind
from tests.chaos.seen import Seen
from tests.chaos.told import BankPayment

PARKED = (TicketKind.PAYMENT_PARKED, TicketKind.LATE_PAYMENT)


def parked(seen: Seen) -> list[str]:
    """Everything that is wrong with it."""
    told = seen.life.told
    strange = [payment for payment in told.bank if payment.told and payment.currency != "USD"]
    waiting = [payment for payment in told.bank if payment.back and not payment.told]
    found = [f"{p.id}: {wrong}" for p in strange for wrong in _pays(seen, p)]
    lines = {(number, e.id) for number, case in seen.cases.items() for e in case.entries if e.kind is Kind.PARKED}
    lines |= {(payment.invoice, payment.id) for payment in strange}
    found += [f"{id_} of {number}: {wrong}" for number, id_ in sorted(lines) for wrong in _lost(seen, number, id_)]
    found += [f"{p.back}: {wrong}" for p in waiting for wrong in _forgotten(seen, p)]
    return found + [f"{id_} was refused, and {place} has it" for id_ in told.slips for place in _places(seen, id_)]


def _pays(seen: Seen, payment: BankPayment) -> Iterator[str]:
    kinds = {e.kind for case in seen.cases.values() for e in case.entries if e.id == payment.id}
    if kinds - {Kind.PARKED}:
        yield f"money in {payment.currency} is a {', '.join(kinds)} in the ledger"


def _lost(seen: Seen, number: str, payment: str) -> Iterator[str]:
    """It is one line of the credit, and people hear of it."""
    line = late_line(number, payment)
    credits_ = [credit for credit in seen.credits if credit.id == line or credit.id.startswith(f"{line}:")]
    if len(credits_) != 1:
        yield f"parked, and {len(credits_)} lines of credit"
    if not any(ticket.kind in PARKED and ticket.key.endswith(f":{payment}") for ticket in seen.tickets):
        yield "parked, and no ticket says so"


def _forgotten(seen: Seen, payment: BankPayment) -> Iterator[str]:
    """A reversal waits for its payment in the ledger, or with a ticket where there was no case."""
    entries = (e for case in seen.cases.values() for e in case.entries if e.kind in TAKEN_BACK)
    ledger = any(entry.id == payment.back for entry in entries)
    ticket = any(t.kind is TicketKind.LATE_REVERSAL and t.key.endswith(f":{payment.back}") for t in seen.tickets)
    if not ledger and not ticket:
        yield "waits for its payment, and neither a ledger nor a ticket knows of it"


def _places(seen: Seen, money: str) -> Iterator[str]:
    if any(entry.id == money for case in seen.cases.values() for entry in case.entries):
        yield "a ledger"
    if any(money in credit.id for credit in seen.credits):
        yield "the credit"
    if any(money in ticket.key for ticket in seen.tickets):
        yield "a ticket"
