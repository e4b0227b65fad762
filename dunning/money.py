"""Money in integer minor units: what is owed is counted, never measured, and what people write is never guessed at."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from dunning.currencies import digits, known_currency
from dunning.mistakes import shown
from dunning.wire import Wire

MOST = 999_999_999_999
"""Minor units of one amount that anybody may enter: twelve digits, which is what payment companies take at most.

Sums of millions of such amounts still fit the 64 bits in which they are stored.
"""
_LENGTH, _GROUP = len(str(MOST)), 3
_AMOUNT = re.compile(
    r"((?P<before>[A-Z]{3}) *)?(?P<sign>-?)(?P<whole>[0-9]+)(\.(?P<part>[0-9]+))?( *(?P<after>[A-Z]{3}))?"
)

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class OtherCurrencyError(ValueError):
    """Two amounts of different currencies were added or compared; the caller has to park such money."""


class Money(Wire):
    """An amount in minor units (cents for USD, yen for JPY) of one ISO 4217 currency. May be negative."""

    minor: Annotated[int, Field(strict=True)]
    currency: CurrencyCode

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in that currency."""
        return cls(minor=0, currency=currency)

    @classmethod
    def parse(cls, text: str, currency: str | None = None) -> "Money":
        """Read `"USD 35.00"`, `"35.00 USD"`, or `"35.00"` when the currency is given.

        Raises ValueError for anything else, and for more digits after the point than the currency has, whatever they
        are: 1.000 may be a thousand to whoever wrote it.
        """
        found = _AMOUNT.fullmatch(text.strip(" "))
        codes = [code for code in (found["before"], found["after"]) if code] if found else []
        if found is None or len(codes) > 1 or not (codes or currency):
            msg = f"{shown(text)} is not an amount; write it like 'USD 19.99'"
            raise ValueError(msg + _of_separators(text))
        code = known_currency(codes[0] if codes else str(currency))
        minor = _minor_units(found["whole"], found["part"] or "", code)
        return cls(minor=-minor if found["sign"] else minor, currency=code)

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


def _minor_units(whole: str, part: str, currency: str) -> int:
    if len(part) > digits(currency):
        msg = f"'{whole}.{part}' is not an amount of {currency}: it has {digits(currency)} decimal digits at most"
        raise ValueError(msg + (f"; if a thousand is meant, write {whole}{part}" if len(part) == _GROUP else ""))
    count = (whole + part.ljust(digits(currency), "0")).lstrip("0") or "0"
    if len(count) > _LENGTH:
        msg = f"more than {Money(minor=MOST, currency=currency)}, the most that an amount may be"
        raise ValueError(msg)
    return int(count)


def _of_separators(text: str) -> str:
    grouped = re.search(r"[0-9][,'\u2019_ \u00a0\u202f][0-9]", text)
    return ": a point before the cents, and nothing between thousands" if grouped else ""


def sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """What they come to, one amount a currency, by its code."""
    found = dict[str, Money]()
    for each in amounts:
        found[each.currency] = found.get(each.currency, Money.zero(each.currency)) + each
    return tuple(found[code] for code in sorted(found))
