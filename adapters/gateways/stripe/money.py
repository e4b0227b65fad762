"""Stripe's units of money. They are ISO 4217's minor units, but for three currencies.

Source: docs.stripe.com/currencies, "zero-decimal currencies" and "special cases".
"""

from dunning.currencies import digits
from dunning.money import Money

_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}
"""ISK and UGX have lost their cents, but not in Stripe's interface; the ariary's fifths never were in it."""
_THREE, _LEAST_STEP = 3, 10
"""Of a currency with three digits the last one has to be 0: KWD 1.005 can only be moved as 1.000."""


def units(amount: Money) -> int:
    """The most of the amount that can move there, as Stripe counts it: never more than the amount.

    What is left of it stays owed. Raises ValueError when nothing of it can move.
    """
    shift, least = _shift(amount.currency), _LEAST_STEP if digits(amount.currency) == _THREE else 1
    count = amount.minor * 10 ** max(0, shift) // 10 ** max(0, -shift)
    count -= count % least
    if count <= 0:
        msg = f"Stripe cannot move {amount}: {amount.currency} has no such small part there"
        raise ValueError(msg)
    return count


def from_units(count: int, currency: str) -> Money:
    """What so many of Stripe's units are. `currency` is Stripe's own lower-case code."""
    code = currency.upper()
    shift = _shift(code)
    return Money(minor=count * 10 ** max(0, -shift) // 10 ** max(0, shift), currency=code)


def _shift(currency: str) -> int:
    return _DIGITS.get(currency, digits(currency)) - digits(currency)
