"""One call of the API, as its endpoint sees it."""

from dataclasses import dataclass, field

from sandbox.payments.api.forms import Json


@dataclass
class Call:
    """`values` are its parameters, `path` those of the path, `base` our own address as the caller knows it.

    `lost`: the work is done, but the answer never arrives.
    """

    id: str
    values: Json
    path: dict[str, str] = field(default_factory=dict[str, str])
    key: str | None = None
    base: str = ""
    lost: bool = False


class DroppedError(Exception):
    """The connection drops before any work was done."""
