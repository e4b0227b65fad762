"""What a fee is: an amount, or a percentage with the least and the most that it comes to."""

import re
from typing import Any, cast

from dunning.mistakes import shown
from dunning.money import Money
from dunning.wire import Wire

_PERCENT = re.compile(r"(?P<whole>\d{1,3})(\.(?P<part>\d{1,2}))?\s*%?", re.ASCII)
_KEYS = ("percent", "minimum", "maximum")
_WHOLE = 10_000


class Fee(Wire):
    """Either `amount`, or `basis_points` (hundredths of a percent) of what is open, within `minimum` and `maximum`.

    What a percentage is taken of stands in `dunning.rules.fees`. Whether tax is in it is not ours to say.
    """

    amount: Money | None = None
    basis_points: int = 0
    minimum: Money | None = None
    maximum: Money | None = None

    def on(self, base: Money) -> Money:
        """The fee in the currency of `base`, rounded half up to minor units; no percentage of nothing.

        Raises OtherCurrencyError when the fee is in another currency.
        """
        if self.amount:
            return self.amount
        if base.minor <= 0:
            return Money.zero(base.currency)
        share = Money(minor=(base.minor * self.basis_points + _WHOLE // 2) // _WHOLE, currency=base.currency)
        share = max(share, self.minimum) if self.minimum else share
        return min(share, self.maximum) if self.maximum else share

    def amounts(self) -> dict[str, Money]:
        """The amounts that its policy names, by key; the key of a fixed one is empty."""
        named = {"": self.amount, ".minimum": self.minimum, ".maximum": self.maximum}
        return {key: money for key, money in named.items() if money is not None}

    def __str__(self) -> str:
        """`USD 35.00`, or `5% (at least USD 5.00, at most USD 50.00)`."""
        if self.amount:
            return str(self.amount)
        bounds = (("at least", self.minimum), ("at most", self.maximum))
        within = ", ".join(f"{words} {money}" for words, money in bounds if money)
        return percent(self.basis_points) + (f" ({within})" if within else "")


def percent(basis_points: int) -> str:
    """`5%`, `1.5%`, `0.25%`."""
    whole, part = divmod(basis_points, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") + "%"


def read_fee(written: object) -> Fee:
    """What a policy writes, `"USD 35.00"` or a table with `percent`, as a Fee. Raises ValueError with what to write."""
    if isinstance(written, Fee):
        return written
    if isinstance(written, str):
        return Fee(amount=Money.parse(written))
    table = cast("dict[str, Any]", written if isinstance(written, dict) else {shown(written): None})
    if unknown := [key for key in table if key not in _KEYS]:
        msg = f"{shown(unknown[0])} is no fee; write an amount like 'USD 35.00', or a table of {', '.join(_KEYS)}"
        raise ValueError(msg)
    bounds = {key: _bound(key, table[key]) for key in _KEYS[1:] if key in table}
    if "percent" not in table:
        msg = "percent is missing: a table of a fee needs it; a fixed fee is an amount like 'USD 35.00'"
        raise ValueError(msg)
    return Fee(basis_points=read_percent(table["percent"]), **bounds)


def read_percent(written: object) -> int:
    """`"1.5"`, `"1.5%"` or a whole number in basis points. Raises ValueError for what is none, floats too."""
    text = str(written) if isinstance(written, int) and not isinstance(written, bool) else written
    found = _PERCENT.fullmatch(text.strip()) if isinstance(text, str) else None
    points = int(found["whole"]) * 100 + int((found["part"] or "0").ljust(2, "0")) if found else 0
    if not 0 < points <= _WHOLE:
        msg = f"percent: {shown(written)} is not a percentage; write it in quotes, like '1.5', above 0 and up to 100"
        raise ValueError(msg)
    return points


def _bound(key: str, written: object) -> Money:
    if isinstance(written, str):
        return Money.parse(written)
    msg = f"{key}: {shown(written)} is not an amount; write it like 'USD 5.00'"
    raise ValueError(msg)
