"""What is wrong with what people wrote, in words for people: pydantic's own are for programmers.

`why` does not repeat the value: it may be personal, or a secret. What a validator of ours says stays as it is.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_TEXT = "must be text in quotes"
_WHOLE = "must be a whole number, like 3, without quotes"
_NUMBER = "must be a number, like 0.5, without quotes"
_FLAG = "must be true or false, without quotes"
_LIST = 'must be a list in square brackets, like ["one", "two"] or [30, 7]'
_TABLE = "must be a table with keys of its own (in JSON: an object), not a single value"
_DATE = "must be a date, like 2026-12-01"
_TIME = "must be a time of day, like 09:00:00, without quotes"
_INSTANT = "must be an instant with its offset, like 2026-12-01T09:00:00Z"
_ID = "write 1 to 64 letters, digits, points, hyphens and underscores, the first a letter or a digit"
_ONE_OF = "must be one of: {expected}"
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "unknown key; is it a typing mistake?",
    "string_type": _TEXT,
    "string_too_long": "may have {max_length} characters at most",
    "string_too_short": "must have at least {min_length} characters",
    "string_pattern_mismatch": "is not written as it has to be: it must fit the pattern {pattern}",
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "too_short": "must have at least {min_length}; here: {actual_length}",
    "too_long": "may have {max_length} at most; here: {actual_length}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "union_tag_invalid": "must be one of: {expected_tags}",
    "union_tag_not_found": "{discriminator} is missing",
}
_KINDS = {"date_": _DATE, "time_": _TIME, "datetime_": _INSTANT, "timezone_": _INSTANT}
_PATTERNS = {
    "^[A-Z]{3}$": "must be three capital letters, like USD",
    "^[a-z0-9-]+$": "must be small letters, digits and dashes, like second-charge",
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": _ID,
}
_READABLE = 60


def why(error: "ErrorDetails") -> str:
    """Why a value is refused, and what belongs there."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch" and context.get("pattern") in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    if kind == "string_too_short" and context.get("min_length") == 1:
        return "may not be empty"
    words = _WORDS.get(kind) or next((each for start, each in _KINDS.items() if kind.startswith(start)), "")
    return words.format_map(context) or error["msg"].removeprefix("Value error, ")


def place(parts: Sequence[str | int]) -> str:
    """Where it stands: `milestones[2].offset`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def shown(value: object) -> str:
    """A value as whoever wrote it knows it, and not more of it than one can read."""
    text = str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _READABLE else f"{text[:_READABLE]}..."
