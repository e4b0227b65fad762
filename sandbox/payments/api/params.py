"""Reading parameters as Stripe does: each unknown, missing or malformed one is named in the refusal."""

from collections.abc import Collection
from typing import Any, cast

from sandbox.payments.api.errors import invalid, missing, unknown
from sandbox.payments.api.forms import Json

LISTED = frozenset({"limit", "starting_after", "expand"})
"""What every list takes."""

_MOST_PLACES = 19
_MOST_KEYS, _LONGEST_KEY, _LONGEST_VALUE = 50, 40, 500


class Params:
    """One level of parameters; `where` is the name of the level, e.g. `invoice_settings`.

    `known` are those that the endpoint has. All methods raise StripeError.
    """

    def __init__(self, values: Json, known: Collection[str], where: str = "") -> None:
        self._values = values
        self._where = where
        for name in values:
            if name not in known and name != "expand":
                raise unknown(self._named(name))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str | None:
        """A string; None when it is not there or empty, which means unset."""
        value = self._values.get(name)
        if isinstance(value, (dict, list)):
            raise invalid(self._named(name), f"Invalid string: {value}")
        return value or None

    def needed(self, name: str) -> str:
        """A string that has to be there."""
        value = self.text(name)
        if value is None:
            raise missing(self._named(name))
        return value

    def short(self, name: str, most: int) -> str | None:
        """A string of at most so many characters."""
        value = self.text(name)
        if value is not None:
            _check_length(self._named(name), value, most, f"`{name}`")
        return value

    def choice(self, name: str, options: Collection[str]) -> str | None:
        """One of several words."""
        value = self.text(name)
        if value is not None and value not in options:
            words = ", ".join(sorted(options))
            raise invalid(self._named(name), f"Invalid {self._named(name)}: must be one of {words}")
        return value

    def integer(self, name: str, least: int | None = None) -> int | None:
        """A whole number."""
        value = self.text(name)
        if value is None:
            return None
        digits = value.removeprefix("-")
        if not digits.isdecimal() or len(digits) > _MOST_PLACES:
            raise invalid(self._named(name), f"Invalid integer: {value}", "parameter_invalid_integer")
        if least is not None and int(value) < least:
            message = f"This value must be greater than or equal to {least}."
            raise invalid(self._named(name), message, "parameter_invalid_integer")
        return int(value)

    def flag(self, name: str) -> bool:
        """True or false; false when it is not there."""
        value = self.text(name) or "false"
        if value not in ("true", "false"):
            raise invalid(self._named(name), f"Invalid boolean: {value}")
        return value == "true"

    def metadata(self) -> dict[str, str]:
        """The pairs of `metadata`; empty when it is not there."""
        pairs = {str(key): str(value) for key, value in self.tree("metadata").items()}
        if len(pairs) > _MOST_KEYS:
            raise invalid(self._named("metadata"), f"You can have at most {_MOST_KEYS} keys in metadata.")
        for key, value in pairs.items():
            _check_length(self._named("metadata"), key, _LONGEST_KEY, "Metadata keys")
            _check_length(self._named("metadata"), value, _LONGEST_VALUE, "Metadata values")
        return pairs

    def tree(self, name: str) -> Json:
        """A level below as it came; empty when it is not there."""
        value = self._values.get(name)
        if value in (None, ""):
            return {}
        if not isinstance(value, dict):
            raise invalid(self._named(name), "Invalid object")
        return cast("Json", value)

    def inner(self, name: str, known: Collection[str]) -> "Params":
        """A level below."""
        return Params(self.tree(name), known, self._named(name))

    def has_levels(self, name: str) -> bool:
        """Whether it is a level below and not a value, as `created[gte]=1` is."""
        return isinstance(self._values.get(name), dict)

    def rows(self, name: str) -> list[Any]:
        """A list; empty when it is not there."""
        value = self._values.get(name)
        if value in (None, ""):
            return []
        if not isinstance(value, list):
            raise invalid(self._named(name), "Invalid array")
        return cast("list[Any]", value)

    def _named(self, name: str) -> str:
        return f"{self._where}[{name}]" if self._where else name


def _check_length(param: str, value: str, most: int, what: str) -> None:
    if len(value) > most:
        message = f"{what} can have up to {most} characters, but you passed in a value that is {len(value)} characters."
        raise invalid(param, message)


def merged(old: dict[str, str], new: Params) -> dict[str, str]:
    """Metadata after an update: an empty value unsets its key, an empty `metadata` all."""
    if "metadata" not in new:
        return old
    pairs = new.metadata()
    return {key: value for key, value in (old | pairs).items() if value} if pairs else {}
