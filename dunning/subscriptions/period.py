"""How long what one invoice pays for lasts: `monthly`, `quarterly`, `half-yearly`, `yearly`, `10 days`, `2 weeks`."""

import re
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

from dunning.calendar import Offset
from dunning.mistakes import shown

MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
"""The named periods, in months."""
_DAYS = {"day": 1, "week": 7}
_COUNTED = re.compile(r"([1-9][0-9]{0,2}) (day|week)s?")


def period(text: str) -> str:
    """The period as it is kept: `1 weeks` is `1 week`. Raises ValueError for what is none."""
    counted = _COUNTED.fullmatch(text)
    if counted:
        return f"{counted[1]} {counted[2]}" + ("" if counted[1] == "1" else "s")
    if text in MONTHS:
        return text
    msg = f"{shown(text)} is not a period; write {', '.join(MONTHS)}, or so many days or weeks, like '10 days'"
    raise ValueError(msg)


Period = Annotated[str, AfterValidator(period)]


@lru_cache(maxsize=128)
def length(text: str) -> Offset:
    """The period as a distance: months or days, never both. Raises ValueError for what is none."""
    counted = _COUNTED.fullmatch(period(text))
    return Offset(days=int(counted[1]) * _DAYS[counted[2]]) if counted else Offset(months=MONTHS[text])
