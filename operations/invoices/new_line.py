"""Lines of an invoice or a subscription, as a person or a program names them."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from dunning.line import Line
from dunning.money import Money
from dunning.wire import Words

MOST_LINES = 50
"""Lines of one invoice."""


def amount_value(value: Any) -> Any:
    """An amount as text with its currency. Raises ValueError."""
    if isinstance(value, str):
        return Money.parse(value)
    if isinstance(value, Money):
        return value
    raise ValueError("write the amount as text with its currency, like 'USD 19.99'")


class NewLine(BaseModel):
    """What is paid for, and what that costs: text like "USD 19.99"."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    text: Words
    amount: Annotated[Money, BeforeValidator(amount_value)]


def as_lines(new: Sequence[NewLine]) -> tuple[Line, ...]:
    """The same as they are kept."""
    return tuple(Line(text=each.text, amount=each.amount) for each in new)


def sum_of(new: Sequence[NewLine]) -> Money:
    """What they come to. Raises ValueError for none, too many, and several currencies."""
    if not 0 < len(new) <= MOST_LINES:
        msg = f"lines: write 1 to {MOST_LINES} of them"
        raise ValueError(msg)
    if len({line.amount.currency for line in new}) > 1:
        raise ValueError("lines: all have to be in one currency")
    first, *more = (line.amount for line in new)
    return sum(more, first)
