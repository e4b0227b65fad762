"""Tickets: what a person reads who has to act, and the credit that goes with some of them."""

from dunning.case.case import Case
from dunning.case.ledger import TAKEN_BACK, Kind, find
from dunning.money import Money
from dunning.policy.step_kinds import About, StepKind
from dunning.policy.step_names import read


def credit_of(case: Case, step: str) -> tuple[str, Money | None]:
    """The credit's id and amount that a ticket is about: parked money, the same taken back, or come again.

    The id holds the invoice's number, because the payments of two invoices may have the same id.
    """
    number, name = case.invoice.number, read(step)
    kinds, prefix, sign = _CREDITS.get(name.kind, ((), "", 1))
    entry = find(case.entries, name.id, kinds)
    return (f"{number}:{prefix}{entry.id}", entry.amount if sign > 0 else -entry.amount) if entry else ("", None)


_CREDITS = {
    StepKind.PARKED: ((Kind.PARKED,), "", 1),
    StepKind.TAKEN_BACK: (TAKEN_BACK, "back:", -1),
    StepKind.RESTORED: ((Kind.RESTORED,), "restored:", 1),
}
"""Which ledger lines each is about, how the credit's id begins, and its sign."""


def words_for_staff(case: Case, step: str) -> tuple[str, str]:
    """Subject and body of the ticket of that step."""
    number, name = case.invoice.number, read(step)
    about, of = name.kind.value.word, name.id
    if name.about is About.UNDELIVERED:
        return f"No address took a notice for {number}", f"Step {step}: ask the customer for another address."
    if about == "parked":
        entry = find(case.entries, of, (Kind.PARKED,))
        note, amount = (entry.note, entry.amount) if entry else ("", "")
        return f"Payment for {number} parked as credit", f"{amount} arrived and was kept as credit: {note}."
    if about == "undo-deleted":
        return _deleted_by_mistake(case, of)
    if about == "unreadable":
        return _unreadable(case, int(of))
    if about in _WORDS:
        subject, body = _WORDS[_why_asked_of_nobody(case) if about == "owed-again" else about]
        return subject.format(number=number), body
    return f"{number} was paid after its services were deleted", "Restore the services or give the money back."


_WORDS = {
    "taken-back": (
        "A payment kept as credit for {number} was taken back",
        "The credit was taken off the account again.",
    ),
    "restored": (
        "A payment kept as credit for {number} came again",
        "A dispute was won; the credit is there again.",
    ),
    "owed-again": (
        "Money for {number}, which is void, was taken back",
        "It had become credit of the account and was taken off again; the account may have used it meanwhile.",
    ),
    "lapsed": (
        "Money for {number}, which is not payable any more, was taken back",
        "Nobody is asked for it: decide whether the customer still owes it before they renew.",
    ),
    "deleted": (
        "Money for {number} was taken back after its services were deleted",
        "There is nothing left to restrict: ask the customer for it or write it off.",
    ),
}


def _deleted_by_mistake(case: Case, undo: str) -> tuple[str, str]:
    run = next(run for run in case.runs if run.undo.id == undo)
    coming = case.next_milestone
    left = f" Nothing more is deleted before {case.held_until:%Y-%m-%d %H:%MZ}." if coming and case.held_until else ""
    return (
        f"Services of {case.invoice.number} were deleted in a run that was wrong",
        (
            f"Undo {undo} cannot undo {', '.join(run.deletions)}: restore the services from their back-ups and "
            f"write to the customer.{left}"
        ),
    )


def _why_asked_of_nobody(case: Case) -> str:
    if case.voided:
        return "owed-again"
    return "lapsed" if case.lapsed else "deleted"


def _unreadable(case: Case, place: int) -> tuple[str, str]:
    message, number = case.unreadable[place], case.invoice.number
    return (
        f"Unreadable {message.signal} for {number}",
        (
            f"A {message.signal} message could not be decoded. Find the payment at its processor and enter it with "
            f"`starter.py pay {number}`. What came: {message.text}"
        ),
    )
