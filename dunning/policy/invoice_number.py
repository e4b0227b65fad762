"""The number of an invoice, kept and shown as its house writes it: `INV/2026 #7`.

It becomes part of workflow ids, keys of steps (where a colon separates it), idempotency keys, reasons at panels and,
percent-encoded, of addresses of pages. So it has no colon, no quotes and no control characters, one space at a time,
and no parts between slashes that mean a way in a path.
"""

import re
from shlex import quote
from typing import Annotated

from pydantic import AfterValidator

from dunning.holds import OTHER_SOURCES

_LETTER = r"[A-Za-z0-9._#+&()-]"
_NUMBER = re.compile(rf"(?=.{{1,64}}\Z)[A-Za-z0-9#]{_LETTER}*(?: {_LETTER}+|/(?!\.){_LETTER}+)*")
_PAGES = ("help", "back", "method", "fresh", "why")
"""What follows an invoice's number, or stands in its place, in addresses of the portal."""
_SAYS = "write 1 to 64 letters, digits, single spaces and . _ - / # + & ( ), the first a letter, a digit or #; no colon"


def invoice_number(text: str) -> str:
    """The number. Raises ValueError for one that could be taken for something else."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(_SAYS)
    if text in OTHER_SOURCES or text.rpartition("/")[2] in _PAGES:
        msg = f"may not be, or end in, {text.rpartition('/')[2]!r}: that means something else here"
        raise ValueError(msg)
    return text


def typed(number: str) -> str:
    """The number as a person types it in a shell, where a space or a `#` would end it."""
    return quote(number)


InvoiceNumber = Annotated[str, AfterValidator(invoice_number)]
