"""What `dunning.rules.machine.decide` may answer."""

from dataclasses import dataclass
from datetime import datetime

from dunning.case.results import NoMethod, Skipped
from dunning.policy.plan import Action, Milestone


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until then (or until a fact comes, when `until` is None).

    `missing` is how many more people have to agree when that is what the case waits for.
    """

    until: datetime | None
    coming: str
    why: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Perform:
    """Do this step now."""

    milestone: Milestone
    why: str


@dataclass(frozen=True, slots=True)
class Conclude:
    """The rules themselves know what becomes of this step: nobody is asked."""

    milestone: Milestone
    result: NoMethod | Skipped
    why: str


@dataclass(frozen=True, slots=True)
class Reinstate:
    """Lift this invoice's hold and give the service back."""

    why: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The case is over."""

    outcome: str


Step = Wait | Perform | Conclude | Reinstate | Finish


def follow_up(name: str, action: Action, now: datetime, notice: str = "") -> Milestone:
    """A step that no policy dates: it follows from a fact."""
    return Milestone(name=name, action=action, at=now, day=0, notice=notice)
