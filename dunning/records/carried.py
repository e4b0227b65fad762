"""Rests that were too small to be asked for, between the invoice that left them and the next one of the account."""

from dunning.money import Money
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key, step
from dunning.wire import Instant, Wire


class Carried(Wire):
    """A rest of an invoice; what the next one took is negative. The sum of an account's lines is what waits."""

    id: str
    account: str
    amount: Money
    at: Instant
    reason: str


def carried_line(invoice: str, entry: str) -> str:
    """The id of the rest that an invoice left, by the line of its ledger."""
    return key(invoice, entry)


def taken_line(invoice: str) -> str:
    """The id of the line by which an invoice took what waited."""
    return key(invoice, step(StepKind.CARRIED_TAKEN))


def back_line(invoice: str) -> str:
    """The id of the line by which it waits again: the invoice's case had begun without it."""
    return key(invoice, step(StepKind.CARRIED_BACK))
