"""The numbers of renewals' invoices: a pattern such as `INV-{year}-{number:05}`, and a series that counts.

A pattern with the year (or year and month) counts anew in each: what is left when the count is taken out is the name of
the series.
"""

import re
from datetime import date
from typing import NamedTuple

from dunning.policy.invoice_number import invoice_number

_GAP = re.compile(r"\{([^{}]*)\}")
_COUNT = re.compile(r"number(?::0([1-9]))?")
_FAR = 999_999_999
_SAYS = "write one {number} or {number:05} in it, and beside it {year} and {month} if you like"


class Numbers(NamedTuple):
    """A checked pattern (`numbers`). `series` names what counts on that day, `number` writes one down."""

    pattern: str

    def series(self, day: date) -> str:
        """The name of the series that counts on that day."""
        return _GAP.sub(lambda gap: "#" if _COUNT.fullmatch(gap[1]) else _of_day(gap[1], day), self.pattern)

    def number(self, day: date, count: int) -> str:
        """The number of the so many-th invoice of that day's series."""

        def written(gap: re.Match[str]) -> str:
            counted = _COUNT.fullmatch(gap[1])
            return f"{count:0{counted[1] or 1}}" if counted else _of_day(gap[1], day)

        return _GAP.sub(written, self.pattern)


def numbers(pattern: str) -> Numbers:
    """The pattern, checked. Raises ValueError for one that could give a number twice, or one that is none."""
    gaps = _GAP.findall(pattern)
    if sum(bool(_COUNT.fullmatch(gap)) for gap in gaps) != 1:
        raise ValueError(f"it does not count: {_SAYS}")
    unknown = [gap for gap in gaps if gap not in ("year", "month") and not _COUNT.fullmatch(gap)]
    if unknown or {"{", "}"} & set(_GAP.sub("", pattern)) or ("month" in gaps and "year" not in gaps):
        raise ValueError(f"it has other brackets, or a month without a year: {_SAYS}")
    if re.search(r"[0-9}]\{number(?::0[1-9])?\}|\{number(?::0[1-9])?\}[0-9{]", pattern):
        raise ValueError(
            "something has to stand between the count and other digits, or two series could share a number"
        )
    made = Numbers(pattern)
    for sample in (1, _FAR):
        invoice_number(made.number(date(2026, 12, 1), sample))
    return made


def _of_day(gap: str, day: date) -> str:
    return f"{day.year:04}" if gap == "year" else f"{day.month:02}"
