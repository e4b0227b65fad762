"""A whole life without server or sockets: the real rules, a virtual clock, and a world that answers as scripted."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dunning.case.case import Case, Ending, Opened, going_on, open_case
from dunning.case.decisions import Conclude, Finish, Perform, Reinstate, Step, Wait
from dunning.case.ledger import MONEY_IN, TAKEN_BACK, find
from dunning.case.results import Deferred, Found, Reinstated, Result
from dunning.forecast.life import Fact, PaperLife
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import CONSEQUENCES, Action, Milestone
from tests.dunning.world import World


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
    result: Result

    def __repr__(self) -> str:
        """`06-03 14:00 suspend restricted, 1999 owed`."""
        name = self.step.name if self.step else "reinstate"
        return f"{self.decided:%m-%d %H:%M} {name} {self.result.kind}, {self.before.balance.minor} owed"


@dataclass(repr=False)
class Life(PaperLife):
    """What happened in a world that answers as scripted. `coming` are the facts to come, until `end`."""

    world: World
    coming: list[tuple[datetime, Fact]]
    end: datetime
    did: list[Did] = field(default_factory=list[Did])
    last: Step | None = None
    outcome: Ending = ""

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

    def passed(self, step: Wait | Finish) -> bool:
        """Until the next fact at most; a closed case is started again by one that is `Waking`."""
        if isinstance(step, Finish):
            self.outcome = step.outcome
            return self._woken()
        target = min(step.until or self.end, self.coming[0][0] if self.coming else self.end, self.end)
        if target >= self.end:
            return False
        self.now = max(self.now, target)
        self._arrive()
        return True

    def answer(self, step: Perform | Reinstate) -> Result:
        """As the world does, after the delay that it takes; what arrives meanwhile is known first."""
        before, decided = self.case, self.now
        milestone = step.milestone if isinstance(step, Perform) else None
        result = self.world.answer(before, milestone, decided) if milestone else Reinstated(level=Level.ACTIVE)
        self.now += self.world.delays.pop(0) if self.world.delays else timedelta(0)
        self._arrive()
        self.did.append(Did(milestone, decided, self.now, before, result))
        return result

    def until_the_end(self) -> "Life":
        """Play it."""
        for step in self.decisions():
            self.last = step
            if isinstance(step, Conclude):
                self.did.append(Did(step.milestone, self.now, self.now, self.case, step.result))
        return self

    def _woken(self) -> bool:
        """Whether a fact starts the closed case again, from its books; what else comes is none of its business."""
        books = self.world.books
        while self.coming and books:
            at, fact = self.coming.pop(0)
            if isinstance(fact, Waking) and find(books.entries, fact.of, (*MONEY_IN, *TAKEN_BACK)):
                self.now = max(self.now, at)
                again = going_on(books, books.generation + 1)
                self.case, self.outcome = fact(open_case(again, self.now), self.now), ""
                return True
        return False

    def _arrive(self) -> None:
        while self.coming and self.coming[0][0] <= self.now:
            self.case = self.coming.pop(0)[1](self.case, self.now)


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
    end = until or start + timedelta(days=900)
    return Life(open_case(opened, start), start, world or World(), coming, end).until_the_end()


def go_on(case: Case, now: datetime, world: World, for_: timedelta, did: list[Did] | None = None) -> Life:
    """Play a life on from `now`, in which nothing is heard any more, after what was `did`."""
    return Life(case, now, world, [], now + for_, list(did or [])).until_the_end()


def utc(text: str) -> datetime:
    """`2026-12-01 14:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
