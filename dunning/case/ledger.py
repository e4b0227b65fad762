"""The ledger of one invoice. Its balance is always derived from the entries, never stored."""

from enum import StrEnum
from typing import Literal

from dunning.case.outcomes import PaymentOutcome
from dunning.money import Money
from dunning.wire import Instant, Wire


class Kind(StrEnum):
    """What an entry is. The sign each has in the balance stands in `SIGN`."""

    INVOICE = "invoice"
    LATE_FEE = "late_fee"
    REACTIVATION_FEE = "reactivation_fee"
    BROUGHT = "carried_from_earlier_invoices"
    PAYMENT = "payment"
    REVERSAL = "reversal"
    CHARGEBACK = "chargeback"
    RESTORED = "restored"
    WAIVER = "waiver"
    VOID = "void"
    UNVOIDED = "unvoided"
    REFUND = "refund"
    CREDIT = "credit"
    PARKED = "parked"
    CARRIED = "carried_to_the_next_invoice"


SIGN = {
    Kind.INVOICE: 1,
    Kind.LATE_FEE: 1,
    Kind.REACTIVATION_FEE: 1,
    Kind.BROUGHT: 1,
    Kind.PAYMENT: -1,
    Kind.REVERSAL: 1,
    Kind.CHARGEBACK: 1,
    Kind.RESTORED: -1,
    Kind.WAIVER: -1,
    Kind.VOID: -1,
    Kind.UNVOIDED: 1,
    Kind.REFUND: 1,
    Kind.CREDIT: 1,
    Kind.PARKED: 0,
    Kind.CARRIED: -1,
}
CHARGES = (Kind.INVOICE, Kind.LATE_FEE, Kind.REACTIVATION_FEE, Kind.BROUGHT)
"""What is asked of the customer, and may be waived."""
FEES = (Kind.LATE_FEE, Kind.REACTIVATION_FEE)
"""What a step of the plan adds to what is asked."""
FEES_AND_VOIDS = (*FEES, Kind.VOID)
"""What a step of the plan writes; undone and done again, it has another id."""
MONEY_IN = (Kind.PAYMENT, Kind.PARKED)
"""Money that arrived: counted against the invoice, or parked for a person."""
TAKEN_BACK = (Kind.REVERSAL, Kind.CHARGEBACK)
"""Money that arrived and went again."""


class Entry(Wire):
    """One line. `id` is unique in the ledger: a payment's id, or the milestone that wrote the line.

    `of` names the entry that a reversal, waiver or refund takes back, or the reversal or void that was undone. A parked
    payment (another currency, or for an invoice that is no longer payable) is kept as credit with a ticket and changes
    no balance. `answered` is what the update that brought a payment was answered with; empty when none brought it.
    """

    id: str
    kind: Kind
    amount: Money
    at: Instant
    of: str = ""
    note: str = ""
    answered: PaymentOutcome | Literal[""] = ""


def balance(entries: tuple[Entry, ...], currency: str) -> Money:
    """What is still owed, in minor units; negative when too much was paid.

    A reversal that arrives before its payment waits for it and counts from then on; so does its undoing.
    """
    payments = {e.id for e in entries if e.kind is Kind.PAYMENT}
    taken = {e.id for e in entries if e.kind in TAKEN_BACK and e.of in payments}
    total = 0
    for entry in entries:
        if entry.kind in TAKEN_BACK and entry.id not in taken:
            continue
        if entry.kind is Kind.RESTORED and entry.of not in taken:
            continue
        total += SIGN[entry.kind] * entry.amount.minor
    return Money(minor=total, currency=currency)


def total(entries: tuple[Entry, ...]) -> Money:
    """The sum of some lines in one currency, without their signs. Raises IndexError for none."""
    return entries[0].amount.model_copy(update={"minor": sum(entry.amount.minor for entry in entries)})


def standing(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The reversals and chargebacks of counted payments that nothing has undone, or not all of it."""
    payments = {e.id for e in entries if e.kind is Kind.PAYMENT}
    again: dict[str, int] = {}
    for entry in entries:
        if entry.kind is Kind.RESTORED:
            again[entry.of] = again.get(entry.of, 0) + entry.amount.minor
    taken = (e for e in entries if e.kind in TAKEN_BACK and e.of in payments)
    return tuple(e for e in taken if again.get(e.id, 0) < e.amount.minor)


def still_of(payment: Entry, entries: tuple[Entry, ...]) -> int:
    """What is left of a payment, in minor units, once all that was taken back of it is gone; negative: too much was."""
    taken = [entry for entry in entries if entry.kind in TAKEN_BACK and entry.of == payment.id]
    ids = {entry.id for entry in taken}
    again = sum(entry.amount.minor for entry in entries if entry.kind is Kind.RESTORED and entry.of in ids)
    return payment.amount.minor - sum(entry.amount.minor for entry in taken) + again


def taken_too_much(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The last reversal of each payment of which more was taken back than had come."""
    backs = {entry.of: entry for entry in entries if entry.kind in TAKEN_BACK}
    payments = (entry for entry in entries if entry.kind is Kind.PAYMENT and entry.id in backs) if backs else ()
    return tuple(backs[payment.id] for payment in payments if still_of(payment, entries) < 0)


def written(entries: tuple[Entry, ...], entry: Entry) -> bool:
    """Whether that line is already there: the same money is never counted twice.

    Ids of payments and reversals come from outside, so they never clash with the ids that we give.
    """
    return any(e.id == entry.id and _origin(e) == _origin(entry) for e in entries)


def not_in(entries: tuple[Entry, ...], others: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Those of the others that are not written among the entries."""
    known = {(entry.id, _origin(entry)) for entry in entries}
    return tuple(other for other in others if (other.id, _origin(other)) not in known)


def find(entries: tuple[Entry, ...], entry_id: str, kinds: tuple[Kind, ...]) -> Entry | None:
    """The entry of that id among those kinds."""
    return next((entry for entry in entries if entry.id == entry_id and entry.kind in kinds), None)


INVOICE = "invoice"
"""The id of the first line."""
BROUGHT = "carried"
"""The id of the line by which earlier invoices' rests are owed with this one."""
_OF_CREDIT = "credit:"


def credit_payment(invoice: str, step: str = "") -> str:
    """The id of the payment that was the account's credit: at the opening, or for a step that used it."""
    return f"{_OF_CREDIT}{invoice}" + (f":{step}" if step else "")


def is_credit(payment: str) -> bool:
    """Whether that payment was the account's credit; no gateway can refund it."""
    return payment.startswith(_OF_CREDIT)


def _origin(entry: Entry) -> str:
    if entry.kind in MONEY_IN:
        return "payer"
    return "processor" if entry.kind in (*TAKEN_BACK, Kind.RESTORED) else "us"
