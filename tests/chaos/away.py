"""Outages of the way to pay: checks see them and people write them down, and at times strike one out.

All lives of a stage share them. Each life strikes out its own in the end; its neighbours' may move its steps, too.
"""

from datetime import UTC, datetime, timedelta

from dunning.policy.plan import EXEMPTED
from dunning.windows.outage import Outage, Way
from operations.windows.outages import NewOutage, Outages
from tests.chaos.doors import clocks, latest
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.told import OutageSaid

HOURS = {1: 1.0, 3: 7.0, 5: 20.0, 10: 30.0, 20: 90.0}
"""How long one lasts, by the act's days."""
TOO_SHORT = 0.4
A_BLIP, TOO_SHORT_SHARE, AT_A_DEADLINE = 0.1, 0.2, 0.4
"""By the act's chance: what was seen once, what is too short, and what runs when a step is due. The rest is long."""
_WAYS = tuple(Way)


async def writes_down(life: Life, act: Act) -> None:
    """A person says that one was, until a moment or half a day ago; said twice it is one."""
    until = await latest(life) - timedelta(minutes=1, hours=12 * act.pick)
    since = until - timedelta(hours=TOO_SHORT if act.pick < TOO_SHORT_SHARE else HOURS[act.days])
    new, before = NewOutage(_way(act), since, until, life.account, "drawn"), len(life.told.done)
    made = list[Outage]()

    async def add() -> None:
        made.append((await _outages(life, until + timedelta(minutes=1)).add(new)).outage)

    for _ in range(2 if act.twice else 1):
        await life.attempt(f"outage from {since:%F %H:%M} to {until:%F %H:%M} written down", add)
    if made and "refused" not in life.told.done[before]:
        life.told.outages.append(OutageSaid(made[-1], await clocks(life)))


async def is_seen(life: Life, act: Act) -> None:
    """The row that the checks have written by then: with an end, or without one where the checker died, too."""
    if (times := await _seen_times(life, act)) is None:
        return
    since, until = times
    ends = None if act.twice or act.pick < AT_A_DEADLINE else until
    row = Outage(
        id=f"{_way(act)}-{since:%Y%m%dT%H%M%SZ}", way=_way(act), since=since, until=ends, seen=until,
        checks=1 if act.pick < A_BLIP else 2, why="drawn",
    )  # fmt: skip
    await life.persist(lambda: life.world.stage.store.put_outage(row))
    life.told.done.append(f"outage seen from {since:%F %H:%M}, last {until:%F %H:%M}, {row.checks} times")
    life.told.outages.append(OutageSaid(row, await clocks(life)))


async def _seen_times(life: Life, act: Act) -> tuple[datetime, datetime] | None:
    """Until now; or around the next consequence that the plan has, if there is one."""
    now = await latest(life)
    if not TOO_SHORT_SHARE <= act.pick < AT_A_DEADLINE:
        hours = TOO_SHORT if A_BLIP <= act.pick < TOO_SHORT_SHARE else HOURS[act.days]
        return now - timedelta(hours=hours), now
    plan = life.plans[life.numbers[act.invoice]]
    coming = (m.at for m in plan.milestones if m.action in EXEMPTED and m.at > now + timedelta(hours=2))
    deadline = next(coming, None)
    return deadline and (deadline - timedelta(minutes=10), deadline + timedelta(minutes=10))


async def strikes_out(life: Life, act: Act) -> None:
    """The last one that it has: a check was wrong."""
    said = life.told.outages[-1] if life.told.outages else None
    if said and not said.striking:
        await _strike(life, said, twice=act.twice)
        life.told.done.append(f"outage {said.outage.id} struck out")


async def comes_back(life: Life) -> None:
    """Once the life is over: the next ones have the same days."""
    for said in life.told.outages:
        if not said.striking:
            await _strike(life, said, twice=False)


async def _strike(life: Life, said: OutageSaid, *, twice: bool) -> None:
    said.striking, at = await clocks(life), await latest(life)
    for _ in range(2 if twice else 1):
        await life.persist(lambda: _outages(life, at).strike(said.outage.id, life.account, "drawn"))
    said.struck = await clocks(life)


async def bygones(life: Life) -> None:
    """Note what was struck out or cancelled before the life began. A neighbour may see the same outage once more."""
    store, always = life.world.stage.store, datetime.min.replace(tzinfo=UTC)
    life.told.struck_before = tuple(each for each in await store.outages(always) if each.struck_by)
    life.told.bygones = frozenset(each.id for each in await store.windows(always) if each.cancelled)


def _outages(life: Life, at: datetime) -> Outages:
    """The use case, on the life's clock."""
    made = life.made
    return Outages(made.store, made.cases, made.settings.one_after_window, lambda: at)


def _way(act: Act) -> Way:
    return _WAYS[int(act.pick * 97) % len(_WAYS)]
