"""The account's credit: money that belongs to no open invoice, and may pay the next one."""

from collections.abc import Iterable

from dunning.money import Money
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import key, step
from dunning.wire import Instant, Wire


class Credit(Wire):
    """Money of the account that belongs to no open invoice. `id` is made of the payment's: it is credited once."""

    id: str
    account: str
    amount: Money
    at: Instant
    reason: str


UNMATCHED = "unmatched"
"""The account of money that belongs to nobody we know, until a person finds out."""


def late_line(invoice: str, money: str) -> str:
    """The id of the credit that money for an invoice without a case became, by its own id.

    The payments of two invoices may have the same id.
    """
    return key(invoice or UNMATCHED, money)


def back_line(invoice: str, reversal: str) -> str:
    """The id of the line by which a reversal was taken off the credit."""
    return key(invoice or UNMATCHED, step(StepKind.TAKEN_BACK, reversal))


def restored_line(invoice: str, restored: str) -> str:
    """The id of the credit that came again after it had been taken off."""
    return key(invoice or UNMATCHED, step(StepKind.RESTORED, restored))


def used_line(invoice: str) -> str:
    """The id of the line by which an invoice used the credit."""
    return key(invoice, step(StepKind.CREDIT_USED))


def added_line(account: str, added: str) -> str:
    """The id of credit that a person added, by the id that they gave it. No invoice has an empty number."""
    return key("", step(StepKind.CREDIT_ADDED, account, added))


def paid_out_line(account: str, paid_out: str) -> str:
    """The id of the line by which a person paid credit out, by the id that they gave it."""
    return key("", step(StepKind.CREDIT_PAID_OUT, account, paid_out))


def to_use(credits_: Iterable[Credit], most: Money) -> Money:
    """How much of the credits pays for `most`, in its currency; other currencies are never converted.

    Uses are negative credits, so the sum is what is left. Never more than `most`, never less than nothing.
    """
    left = sum(credit.amount.minor for credit in credits_ if credit.amount.currency == most.currency)
    return Money(minor=max(0, min(left, most.minor)), currency=most.currency)
