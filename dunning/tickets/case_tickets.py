"""The tickets that a running case asks for by itself, and the credit that goes with some of them."""

from collections.abc import Callable
from typing import NamedTuple

from dunning.case.case import Case
from dunning.case.ledger import TAKEN_BACK, Kind, find
from dunning.case.orders import Order
from dunning.case.size import FULL, size
from dunning.money import Money
from dunning.policy.invoice_number import typed
from dunning.policy.step_kinds import About, StepKind
from dunning.policy.step_names import read
from dunning.records.credit import back_line, late_line, restored_line
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder, ticket_about


class TicketWords(NamedTuple):
    """What a person reads."""

    kind: TicketKind
    subject: str
    body: str


def case_ticket(case: Case, name: str, order: Order) -> TicketOrder:
    """The ticket that the follow-up of that name asks for; `order` says for whom and when."""
    credit_id, credit = credit_of(case, name)
    return ticket_about(order, *words_for_staff(case, name)).model_copy(
        update={"credit_id": credit_id, "credit": credit}
    )


def credit_of(case: Case, step: str) -> tuple[str, Money | None]:
    """The credit's id and amount that a ticket is about: parked money, the same taken back, or come again.

    The id holds the invoice's number, because the payments of two invoices may have the same id.
    """
    name = read(step)
    kinds, line, sign = _CREDITS.get(name.kind, ((), late_line, 1))
    entry = find(case.entries, name.id, kinds)
    if entry is None:
        return "", None
    return line(case.invoice.number, entry.id), entry.amount if sign > 0 else -entry.amount


_CREDITS = {
    StepKind.PARKED: ((Kind.PARKED,), late_line, 1),
    StepKind.TAKEN_BACK: (TAKEN_BACK, back_line, -1),
    StepKind.RESTORED: ((Kind.RESTORED,), restored_line, 1),
}
"""Which ledger lines each is about, the id of the credit's line, and its sign."""


def words_for_staff(case: Case, step: str) -> TicketWords:
    """Kind, subject and body of the ticket of that step. Raises KeyError for a step that asks for no ticket."""
    name = read(step)
    return _undelivered(case, step) if name.about is About.UNDELIVERED else WORDS[name.kind](case, name.id)


def _undelivered(case: Case, step: str) -> TicketWords:
    return TicketWords(
        TicketKind.NOTICE_UNDELIVERED,
        f"No address took a notice for {case.invoice.number}",
        f"Step {step}: ask the customer for another address.",
    )


def _paid_after_deletion(case: Case, _: str) -> TicketWords:
    return TicketWords(
        TicketKind.PAID_AFTER_DELETION,
        f"{case.invoice.number} was paid after its services were deleted",
        "Restore the services or give the money back.",
    )


def _parked(case: Case, payment: str) -> TicketWords:
    entry = find(case.entries, payment, (Kind.PARKED,))
    note, amount = (entry.note, entry.amount) if entry else ("", "")
    return TicketWords(
        TicketKind.PAYMENT_PARKED,
        f"Payment for {case.invoice.number} parked as credit",
        f"{amount} arrived and was kept as credit: {note}.",
    )


def _credit_reversed(case: Case, _: str) -> TicketWords:
    return TicketWords(
        TicketKind.CREDIT_REVERSED,
        f"A payment kept as credit for {case.invoice.number} was taken back",
        "The credit was taken off the account again.",
    )


def _credit_restored(case: Case, _: str) -> TicketWords:
    return TicketWords(
        TicketKind.CREDIT_RESTORED,
        f"A payment kept as credit for {case.invoice.number} came again",
        "A dispute was won; the credit is there again.",
    )


def _asked_of_nobody(case: Case, _: str) -> TicketWords:
    number = case.invoice.number
    if case.voided:
        return TicketWords(
            TicketKind.REVERSED_WHEN_VOID,
            f"Money for {number}, which is void, was taken back",
            "It had become credit of the account and was taken off again; the account may have used it meanwhile.",
        )
    if case.lapsed:
        return TicketWords(
            TicketKind.REVERSED_WHEN_LAPSED,
            f"Money for {number}, which is not payable any more, was taken back",
            "Nobody is asked for it: decide whether the customer still owes it before they renew.",
        )
    return TicketWords(
        TicketKind.REVERSED_WHEN_DELETED,
        f"Money for {number} was taken back after its services were deleted",
        "There is nothing left to restrict: ask the customer for it or write it off.",
    )


def _too_much_back(case: Case, reversal: str) -> TicketWords:
    back = find(case.entries, reversal, TAKEN_BACK)
    of = f"payment {back.of}" if back else "a payment"
    return TicketWords(
        TicketKind.REVERSED_TOO_MUCH,
        f"More was taken back than was paid for {case.invoice.number}",
        (
            f"By {reversal} more of {of} went back than had come. All of it is owed by the ledger: ask the gateway "
            "or bank what is true, and waive what the customer does not owe."
        ),
    )


def _not_given_back(case: Case, asked: str) -> TicketWords:
    fact = next(each for each in case.given_back if each.id == asked)
    return TicketWords(
        TicketKind.NOT_GIVEN_BACK,
        f"{fact.amount} of {fact.payment} could not be given back",
        (
            f"The gateway declined the refund {asked} of {case.invoice.number} ({fact.reason}); nothing was waived. "
            "Give it back by hand, or add it to the account's credit with `starter.py credits add`."
        ),
    )


def _deleted_by_mistake(case: Case, undo: str) -> TicketWords:
    run = next(run for run in case.runs if run.undo.id == undo)
    coming = case.next_milestone
    left = f" Nothing more is deleted before {case.held_until:%Y-%m-%d %H:%MZ}." if coming and case.held_until else ""
    return TicketWords(
        TicketKind.DELETED_BY_MISTAKE,
        f"Services of {case.invoice.number} were deleted in a run that was wrong",
        (
            f"Undo {undo} cannot undo {', '.join(run.deletions)}: restore the services from their back-ups and "
            f"write to the customer.{left}"
        ),
    )


def _unreadable(case: Case, place: str) -> TicketWords:
    message, number = case.unreadable[int(place)], case.invoice.number
    return TicketWords(
        TicketKind.MESSAGE_UNREADABLE,
        f"Unreadable {message.signal} for {number}",
        (
            f"A {message.signal} message could not be decoded. Find the payment at its processor and enter it with "
            f"`starter.py pay {typed(number)}`. What came: {message.text}"
        ),
    )


def _unsigned(case: Case, place: str) -> TicketWords:
    hint, number = case.hints[int(place)], case.invoice.number
    what = " of ".join(each for each in (hint.id, hint.said) if each)
    asked = "The gateway does not know it. " if hint.payment else ""
    return TicketWords(
        TicketKind.MONEY_UNSIGNED,
        f"Unsigned {hint.name} for {number}",
        (
            f"A {hint.name} message came without a signature, so it does not count: {what}. {asked}Find it at its "
            f"processor or bank; if it is true, enter it with `starter.py pay {typed(number)}` or `starter.py reverse`."
            "If a program of yours sent it, let it sign (docs/payments.md)."
        ),
    )


def _large(case: Case, _: str) -> TicketWords:
    return TicketWords(
        TicketKind.LARGE_CASE,
        f"{case.invoice.number} has become very large",
        (
            f"With {len(case.payments)} payments it has {size(case) / 1e6:.1f} MB. From {FULL / 1e6:.1f} MB on it "
            "takes no further part, each becomes a ticket; a payment of all the rest is taken. Ask who pays in so many "
            "parts to pay the rest at once, or void it and open another invoice."
        ),
    )


def _cancellation(case: Case, _: str) -> TicketWords:
    number = case.invoice.number
    return TicketWords(
        TicketKind.CANCELLATION_ASKED,
        f"Somebody asked Temporal to cancel {number}",
        (
            "Its case goes on: cancelled there, it would only forget the invoice. To end it use "
            f"`starter.py void {typed(number)}` or `starter.py waive {typed(number)}`; to stop it for some days, "
            f"`starter.py promise {typed(number)}`."
        ),
    )


WORDS: dict[StepKind, Callable[[Case, str], TicketWords]] = {
    StepKind.PARKED: _parked,
    StepKind.TAKEN_BACK: _credit_reversed,
    StepKind.RESTORED: _credit_restored,
    StepKind.NOT_GIVEN_BACK: _not_given_back,
    StepKind.TOO_MUCH_BACK: _too_much_back,
    StepKind.OWED_AGAIN: _asked_of_nobody,
    StepKind.UNDO_DELETED: _deleted_by_mistake,
    StepKind.UNREADABLE: _unreadable,
    StepKind.UNSIGNED: _unsigned,
    StepKind.PAID_AFTER_DELETION: _paid_after_deletion,
    StepKind.LARGE_CASE: _large,
    StepKind.CANCELLATION: _cancellation,
}
"""By the kind of follow-up, for each that asks for a ticket; with the id of what it is about."""
