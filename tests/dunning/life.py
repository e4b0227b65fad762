"""A whole life without server or sockets: the real rules, a virtual clock, and a world that answers as scripted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dunning.case.case import Case, Opened, open_case
from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Step, Wait
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, find
from dunning.case.results import Deferred, Found, Reinstated, Result
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import CONSEQUENCES, Action, Milestone
from dunning.rules.machine import decide
from dunning.rules.record import recorded, reinstated
from tests.dunning.world import World

Fact = Callable[[Case, datetime], Case]
MOST_STEPS = 400
"""No life takes more: who decides more often runs in circles."""


@dataclass(frozen=True)
class Waking:
    """A fact that starts a closed case again, when its books hold the money that it is `of`."""

    of: str
    fact: Fact

    def __call__(self, case: Case, now: datetime) -> Case:
        return self.fact(case, now)


@dataclass(repr=False)
class Did:
    """One thing that the rules did: when decided, when known, and what the case looked like when it was decided."""

    step: Milestone | None
    decided: datetime
    known: datetime
    before: Case
    result: Result | Reinstated

    def __repr__(self) -> str:
        """`06-03 14:00 suspend restricted, 1999 owed`."""
        name = self.step.name if self.step else "reinstate"
        return f"{self.decided:%m-%d %H:%M} {name} {self.result.kind}, {self.before.balance.minor} owed"


@dataclass(repr=False)
class Life:
    """What happened."""

    case: Case
    now: datetime
    world: World
    did: list[Did] = field(default_factory=list[Did])
    last: Step | None = None
    outcome: str = ""

    def __repr__(self) -> str:
        """What a property that fails shows: the story, one step a line."""
        plan = " ".join(f"{m.name}{m.day:+d}" for m in self.case.plan.milestones)
        money = " ".join(f"{e.kind.value}:{e.id}:{e.amount.minor}" for e in self.case.entries)
        return "\n".join(["", plan, *(repr(did) for did in self.did), money, f"ended: {self.outcome}, {self.last}"])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What hypothesis prints."""
        del cycle
        printer.text(repr(self))

    @property
    def moved(self) -> dict[str, Money]:
        """The money that the gateway moved for us, by idempotency key."""
        return self.world.company.moved

    @property
    def refunded(self) -> dict[str, Money]:
        """The money that it refunded for us, by idempotency key."""
        return self.world.refunded

    def steps(self) -> list[str]:
        """The names of the steps done, in order."""
        return [did.step.name if did.step else "reinstate" for did in self.did]

    def of(self, *actions: Action) -> list[Did]:
        """What was done of these kinds."""
        return [did for did in self.did if did.step and did.step.action in actions]

    def consequences(self) -> list[Did]:
        """The consequences that happened."""
        return [did for did in self.of(*CONSEQUENCES) if not isinstance(did.result, Deferred | Found)]


def live(
    opened: Opened,
    start: datetime,
    facts: list[tuple[datetime, Fact]] | None = None,
    world: World | None = None,
    until: datetime | None = None,
) -> Life:
    """Play a life from `start`. Facts arrive at their instants, also in the middle of an activity.

    A closed case starts again with the next fact that is `Waking`.
    """
    coming = sorted(facts or [], key=lambda fact: fact[0])
    life = Life(open_case(opened, start), start, world or World())
    return _until_the_end(life, coming, until or start + timedelta(days=900))


def go_on(case: Case, now: datetime, world: World, for_: timedelta, did: list[Did] | None = None) -> Life:
    """Play a life on from `now`, in which nothing is heard any more, after what was `did`."""
    return _until_the_end(Life(case, now, world, list(did or [])), [], now + for_)


def _until_the_end(life: Life, coming: list[tuple[datetime, Fact]], end: datetime) -> Life:
    for _ in range(MOST_STEPS):
        life.last = step = decide(life.case, life.now)
        if isinstance(step, Finish):
            life.outcome = step.outcome
            if not _woken(life, coming):
                return life
        elif isinstance(step, Wait):
            target = min(step.until or end, coming[0][0] if coming else end, end)
            if target >= end:
                return life
            life.now = max(life.now, target)
            _arrive(life, coming)
        elif isinstance(step, Conclude):
            life.did.append(Did(step.milestone, life.now, life.now, life.case, step.result))
            life.case = recorded(life.case, step.milestone, step.result, life.now)
        else:
            _act(life, step, coming)
    raise AssertionError(f"no end after {MOST_STEPS} steps: {life.steps()[-10:]}")


def _woken(life: Life, coming: list[tuple[datetime, Fact]]) -> bool:
    """Whether a fact starts the closed case again, from its closed books; what else comes is none of its business."""
    books = life.world.books
    while coming and books:
        at, fact = coming.pop(0)
        if isinstance(fact, Waking) and find(books.entries, fact.of, (*MONEY_IN, *TAKEN_BACK)):
            life.now = max(life.now, at)
            again = open_case(Opened(invoice=books.invoice, plan=books.plan, reach=books.reach, case=books), life.now)
            life.case, life.outcome = fact(again, life.now), ""
            return True
    return False


def _arrive(life: Life, coming: list[tuple[datetime, Fact]]) -> None:
    while coming and coming[0][0] <= life.now:
        life.case = coming.pop(0)[1](life.case, life.now)


def _act(life: Life, step: Perform | Reinstate, coming: list[tuple[datetime, Fact]]) -> None:
    before, decided = life.case, life.now
    milestone = step.milestone if isinstance(step, Perform) else None
    result = life.world.answer(before, milestone, decided) if milestone else Reinstated(level=Level.ACTIVE)
    life.now += life.world.delays.pop(0) if life.world.delays else timedelta(0)
    _arrive(life, coming)
    life.did.append(Did(milestone, decided, life.now, before, result))
    if milestone is None:
        assert isinstance(result, Reinstated)
        life.case = reinstated(life.case, result, life.now)
    else:
        assert not isinstance(result, Reinstated)
        life.case = recorded(life.case, milestone, result, life.now)


def utc(text: str) -> datetime:
    """`2026-12-01 14:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
