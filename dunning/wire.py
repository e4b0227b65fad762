"""The base of everything that travels: workflow and activity inputs, results, facts."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


class Wire(BaseModel):
    """A frozen value that crosses a process boundary or lies in a history.

    Unknown keys are ignored and every field added later has a default, so that old histories keep running.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A point in time, always in UTC. A naive datetime is refused: its meaning would depend on the machine."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Who did something, or why, as a person wrote it: never empty, and the same person with a space behind is the same."""
