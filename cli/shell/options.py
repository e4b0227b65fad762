"""The words that several commands share, and how they are read."""

import getpass
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, get_origin

from cyclopts import Parameter, Token

from cli.shell.errors import BadInputError

_WHOLE = re.compile("-?[0-9]{1,9}")
Json = Annotated[bool, Parameter("--json", help="Print JSON for programs instead of text for people.")]
Number = Annotated[str, Parameter(help="Number of the invoice, such as INV-1042.")]


def _whole(kind: type, tokens: Sequence[Token]) -> int | tuple[int, ...]:
    """`int` also reads 1_0, 0x10 and other scripts' digits, and 3.7 would be rounded: nobody means that."""
    if wrong := [token.value for token in tokens if not _WHOLE.fullmatch(token.value)]:
        msg = f"{wrong[0]!r} is not a whole number; write it like 3"
        raise ValueError(msg)
    numbers = tuple(int(token.value) for token in tokens)
    return numbers if get_origin(kind) is tuple else numbers[0]


Whole = Parameter(converter=_whole)
"""For options that are whole numbers."""


def _chosen(_kind: type, tokens: Sequence[Token]) -> str:
    """An empty text would mean all there is; it comes from a variable of a script that was never set."""
    if not tokens[0].value.strip():
        raise ValueError("it is empty; leave the option out if all are meant")
    return tokens[0].value


Chosen = Parameter(converter=_chosen)
"""For options that choose: left out they mean all, so what is empty is a mistake."""
By = Annotated[str, Parameter("--by", help="The user who decides this; kept in the case.")]
Signed = Annotated[str, Parameter("--by", help="The user who decides this; kept in the case (default: your login).")]


def login() -> str:
    """The login of whoever types this, for decisions that nobody signed; empty where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as containers have
        return ""


def day(text: str, option: str) -> date:
    """Read a date such as 2026-12-01. Raises BadInputError, naming the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInputError(f"{option}: {text!r} is not a date; write it like 2026-12-01") from None


def parsed_instant(text: str, option: str) -> datetime:
    """Read an instant with its offset. Raises BadInputError, naming the option."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        hint = "write it with its offset, like 2026-12-01T09:00:00-05:00 or 2026-12-01T14:00:00Z"
        raise BadInputError(f"{option}: {text!r} is not an instant; {hint}")
    return at.astimezone(UTC)


def now() -> datetime:
    """The clock on the wall: a person types now."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where the command line reads the clock
