"""Stripe's units of money. They are ISO 4217's minor units, but for three currencies.

Source: docs.stripe.com/currencies, "zero-decimal currencies" and "special cases".
"""

from dunning.currencies import digits
from dunning.money import Money

_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}
"""ISK and UGX have lost their cents, but not in Stripe's interface; the ariary's fifths never were in it."""


def units(amount: Money) -> int:
    """The amount as Stripe counts it. Raises ValueError for a part of a unit: nobody can be charged that."""
    shift = _shift(amount.currency)
    whole, rest = divmod(amount.minor, 10 ** max(0, -shift))
    if rest:
        msg = f"Stripe cannot charge {amount}: {amount.currency} has no smaller part there"
        raise ValueError(msg)
    return whole * 10 ** max(0, shift)


def from_units(count: int, currency: str) -> Money:
    """What so many of Stripe's units are. `currency` is Stripe's own lower-case code."""
    code = currency.upper()
    shift = _shift(code)
    return Money(minor=count * 10 ** max(0, -shift) // 10 ** max(0, shift), currency=code)


def _shift(currency: str) -> int:
    return _DIGITS.get(currency, digits(currency)) - digits(currency)
