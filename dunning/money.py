"""Money in integer minor units: what is owed is counted, never measured."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from dunning.wire import Wire

# ISO 4217 table A.1: the currencies whose minor unit is not two digits.
_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"), 0
    ),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}

_AMOUNT = re.compile(r"(?P<before>[A-Z]{3})?\s*(?P<number>[+-]?\d+(\.\d+)?)\s*(?P<after>[A-Z]{3})?", re.ASCII)

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class OtherCurrencyError(ValueError):
    """Two amounts of different currencies were added or compared; the caller has to park such money."""


def digits(currency: str) -> int:
    """Digits of the currency's minor unit (ISO 4217): 2 for USD, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


class Money(Wire):
    """An amount in minor units (cents for USD, yen for JPY) of one ISO 4217 currency. May be negative."""

    minor: int
    currency: CurrencyCode

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in that currency."""
        return cls(minor=0, currency=currency)

    @classmethod
    def parse(cls, text: str, currency: str | None = None) -> "Money":
        """Read `"USD 35.00"`, `"35.00 USD"`, or `"35.00"` when the currency is given.

        Raises ValueError for anything else, and for more digits than the currency has: half a cent is a mistake.
        """
        found = _AMOUNT.fullmatch(text.strip())
        codes = [code for code in (found["before"], found["after"]) if code] if found else []
        if found is None or len(codes) > 1 or not (codes or currency):
            msg = f"{text!r} is not an amount; write it like 'USD 19.99'"
            raise ValueError(msg)
        code = codes[0] if codes else str(currency)
        return cls(minor=_minor_units(found["number"], code), currency=code)

    def __add__(self, other: "Money") -> "Money":
        """Add; raises OtherCurrencyError when the currencies differ."""
        self._same(other)
        return Money(minor=self.minor + other.minor, currency=self.currency)

    def __neg__(self) -> "Money":
        """The amount with its sign turned."""
        return Money(minor=-self.minor, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Less than; raises OtherCurrencyError when the currencies differ."""
        self._same(other)
        return self.minor < other.minor

    def __str__(self) -> str:
        """`USD 19.99`: for logs, summaries and errors. What customers read is formatted by babel, in activities."""
        return f"{self.currency} {self.decimal()}"

    def decimal(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def _same(self, other: "Money") -> None:
        if other.currency != self.currency:
            msg = f"{self} and {other} are different currencies"
            raise OtherCurrencyError(msg)


def _minor_units(number: str, currency: str) -> int:
    value = Decimal(number).scaleb(digits(currency))
    if value != value.to_integral_value():
        msg = f"{number!r} is not an amount of {currency}: it has {digits(currency)} decimal digits at most"
        raise ValueError(msg)
    return int(value)
