"""A whole life without server or sockets: the real rules, a virtual clock, and a world that answers as scripted.

The world keeps its own books, so that a property can compare what the rules believe with what really happened.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dunning.case import Case, Opened, open_case
from dunning.levels import Level
from dunning.machine import decide
from dunning.money import Money
from dunning.ordering import order_for
from dunning.orders import ChargeOrder, RefundOrder
from dunning.plan import CONSEQUENCES, LEVEL_OF, Action, Milestone
from dunning.record import recorded, reinstated
from dunning.results import (
    Charged,
    Declined,
    Deferred,
    Deleted,
    Delivered,
    NoMethod,
    Noted,
    Pending,
    Refunded,
    Reinstated,
    Restricted,
    Result,
    Undelivered,
    Unknown,
)
from dunning.steps import Finish, Perform, Reinstate, Step, Wait

Fact = Callable[[Case, datetime], Case]


@dataclass
class World:
    """How the companies answer. Lists are used up from the front; when empty, all goes well."""

    charges: list[str] = field(default_factory=list[str])
    undelivered: set[int] = field(default_factory=set[int])  # n-th notice that no address takes
    delays: list[timedelta] = field(default_factory=list[timedelta])  # how long each activity takes
    deferrals: int = 0  # restrictions put off by a day, so many times


@dataclass
class Did:
    """One thing that the rules did: when decided, when known, and what the case looked like when it was decided."""

    step: Milestone | None
    decided: datetime
    known: datetime
    before: Case
    result: Result | Reinstated


@dataclass
class Life:
    """What happened."""

    case: Case
    now: datetime
    did: list[Did] = field(default_factory=list[Did])
    last: Step | None = None
    outcome: str = ""
    moved: dict[str, Money] = field(default_factory=dict[str, Money])  # by idempotency key, at the payment company
    refunded: dict[str, Money] = field(default_factory=dict[str, Money])
    notices: int = 0

    def steps(self) -> list[str]:
        """The names of the steps done, in order."""
        return [did.step.name if did.step else "reinstate" for did in self.did]

    def of(self, *actions: Action) -> list[Did]:
        """What was done of these kinds."""
        return [did for did in self.did if did.step and did.step.action in actions]

    def consequences(self) -> list[Did]:
        """The consequences that happened."""
        return [did for did in self.of(*CONSEQUENCES) if not isinstance(did.result, Deferred)]


def live(
    opened: Opened,
    start: datetime,
    facts: list[tuple[datetime, Fact]] | None = None,
    world: World | None = None,
    until: datetime | None = None,
) -> Life:
    """Play a life from `start`. Facts arrive at their instants, also in the middle of an activity."""
    world = world or World()
    coming = sorted(facts or [], key=lambda fact: fact[0])
    end = until or start + timedelta(days=900)
    life = Life(open_case(opened, start), start)
    for _ in range(400):
        life.last = step = decide(life.case, life.now)
        if isinstance(step, Finish):
            life.outcome = step.outcome
            return life
        if isinstance(step, Wait):
            target = min(step.until or end, coming[0][0] if coming else end, end)
            if target >= end:
                return life
            life.now = max(life.now, target)
            _arrive(life, coming)
        else:
            _act(life, step, coming, world)
    raise AssertionError(f"no end after 400 steps: {life.steps()[-10:]}")


def _arrive(life: Life, coming: list[tuple[datetime, Fact]]) -> None:
    while coming and coming[0][0] <= life.now:
        life.case = coming.pop(0)[1](life.case, life.now)


def _act(life: Life, step: Perform | Reinstate, coming: list[tuple[datetime, Fact]], world: World) -> None:
    before, decided = life.case, life.now
    milestone = step.milestone if isinstance(step, Perform) else None
    result = _answer(life, milestone, world) if milestone else Reinstated(level=Level.ACTIVE)
    life.now += world.delays.pop(0) if world.delays else timedelta(0)
    _arrive(life, coming)
    life.did.append(Did(milestone, decided, life.now, before, result))
    if milestone is None:
        assert isinstance(result, Reinstated)
        life.case = reinstated(life.case, result, life.now)
    else:
        assert not isinstance(result, Reinstated)
        life.case = recorded(life.case, milestone, result, life.now)


def _answer(life: Life, milestone: Milestone, world: World) -> Result:  # noqa: PLR0911 - one answer per action
    match milestone.action:
        case Action.CHARGE:
            return _charge(life, milestone, world)
        case Action.REFUND:
            order = order_for(life.case, milestone, life.now)
            assert isinstance(order, RefundOrder)
            life.refunded[order.key] = order.amount
            return Refunded(refund=f"re-{milestone.name}", amount=order.amount)
        case Action.NOTIFY | Action.ISSUE:
            life.notices += 1
            if life.notices in world.undelivered:
                return Undelivered(notice="n", reason="550 no such user")
            return Delivered(notice=f"n{life.notices}")
        case Action.DELETE | Action.DELETE_BACKUPS:
            return Deleted(services=("s",))
        case Action.WARN_ADMINS | Action.LOCK | Action.SUSPEND | Action.DEACTIVATE:
            if world.deferrals > 0:
                world.deferrals -= 1
                return Deferred(until=life.now + timedelta(days=1), reason="not today")
            return Restricted(level=LEVEL_OF[milestone.action])
        case _:
            return Noted()


def _charge(life: Life, milestone: Milestone, world: World) -> Result:
    order = order_for(life.case, milestone, life.now)
    assert isinstance(order, ChargeOrder)
    payment = f"ch-{order.key}"
    if order.key in life.moved:  # asked again: the company replays, no money moves
        return Charged(payment=payment, amount=life.moved[order.key], at=life.now)
    answer = world.charges.pop(0) if world.charges else "ok"
    match answer:
        case "declined":
            return Declined(code="card_declined")
        case "no_method":
            return NoMethod()
        case "pending":
            return Pending(payment=payment, ask_at=life.now + timedelta(days=1))
        case "unknown":
            life.moved[order.key] = order.amount  # the money moved, and nobody told us
            return Unknown(ask_at=life.now + timedelta(hours=1))
        case _:
            life.moved[order.key] = order.amount
            return Charged(payment=payment, amount=order.amount, at=life.now)


def utc(text: str) -> datetime:
    """`2026-12-01 14:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
