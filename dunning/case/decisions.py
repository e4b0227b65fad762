"""What `dunning.rules.machine.decide` may answer."""

from dataclasses import dataclass
from datetime import datetime

from dunning.case.case import Case
from dunning.case.outcomes import Ending
from dunning.case.results import NoMethod, Skipped
from dunning.policy.plan import Action, Milestone
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import read, step

PROMISED = "the promise's day is over"
"""What a case waits for while a promise is kept."""
EXEMPT = "nobody is restricted before an exemption is over"
"""Why a consequence waits that an exemption moved."""
APPROVAL_OF = "approval of "
"""Begins what a case waits for that people have to agree to."""


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
    """Lift this invoice's hold and reinstate the services."""

    why: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The case is over."""

    outcome: Ending


Step = Wait | Perform | Conclude | Reinstate | Finish


def reinstatement(case: Case) -> str:
    """The name of the next reinstatement: a case may be paid, taken back and paid again."""
    return step(StepKind.REINSTATE, sum(done.action is Action.REINSTATE for done in case.done) + 1)


def follow_up(name: str, now: datetime, notice: str = "", action: Action | None = None) -> Milestone:
    """A step that no policy dates: it follows from a fact. `action` is for the kinds that do not say theirs.

    Raises ValueError when nobody says it.
    """
    does = action or read(name).action
    if does is None:
        msg = f"nothing says what the step {name} does"
        raise ValueError(msg)
    return Milestone(name=name, action=does, at=now, day=0, notice=notice)
