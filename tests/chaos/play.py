"""Lives played side by side on one stage, day by day. Then all is healed, and when it is quiet it is looked at."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.chaos.away import bygones, comes_back
from tests.chaos.check import NO_REPLAY, UNREPLAYED, histories, wrongs
from tests.chaos.closed import reopens
from tests.chaos.draw import draw
from tests.chaos.drawn import LONGEST, DrawnLife, Fault
from tests.chaos.faults import break_something
from tests.chaos.life import Life, StuckError
from tests.chaos.people import do
from tests.chaos.processor import begins, is_looked_at
from tests.chaos.world import World

QUIET = 240.0
"""Real seconds after which what was begun has to be over, when nothing is broken any more."""
AFTERWARDS = (LONGEST + 4, LONGEST + 8)
"""Days on which what the end brought (a debit, an event that was lost) is asked about, and over."""


@dataclass(frozen=True)
class Played:
    """How a life went. `wrong` is empty when it is right."""

    drawn: DrawnLife
    wrong: tuple[str, ...]
    done: tuple[str, ...]
    broke: tuple[str, ...]
    ends: str
    came: Counter[str]
    seconds: float
    stale: bool = False
    """It met a clock that was wrong, and was right when it was played again."""

    @property
    def replays(self) -> bool:
        return not any(NO_REPLAY in word or UNREPLAYED in word for word in self.wrong)


async def play(world: World, seeds: Sequence[int], name: str, keep: Path | None = None) -> list[Played]:
    """Play them side by side: each one's faults are everybody's. `keep` takes the histories of what went wrong.

    A task that is taken from a worker may come to the next one with the virtual time of an earlier task, and what is
    decided then can never be decided again. (It was seen with a timer that had fired: the case took it for days ago,
    and set the same timer again, equal to the microsecond. On a real clock it was never seen.) And where such a task
    times out while its worker goes on, and an update or a signal comes with its retry, the SDK writes what follows from
    that after what it had decided before, and replays it first (temporalio/sdk-rust#943): that case answers nobody any
    more. So a life that
    does not replay is played again, alone and with nothing taken from workers, and that counts: code that is not
    deterministic is not so there either.
    """
    every = await _side_by_side(world, [draw(seed) for seed in seeds], name, keep)
    for place, played in enumerate(every):
        if not played.replays:
            (again,) = await _side_by_side(world, [played.drawn.calm()], f"{name}-again", keep)
            every[place] = replace(again, broke=played.broke, stale=not again.wrong)
    return every


async def _side_by_side(world: World, drawn: Sequence[DrawnLife], name: str, keep: Path | None) -> list[Played]:
    began = time.monotonic()
    lives = [Life(world, await world.stage.skipper(), each, name) for each in drawn]
    stuck = await asyncio.gather(*(_live(life) for life in lives))
    await world.healed()
    for number, life in enumerate(lives):
        stuck[number] = stuck[number] or await _settled(world, life)
    found = [stuck[number] or await wrongs(life) for number, life in enumerate(lives)]
    for wrong, life in zip(found, lives, strict=True):
        if keep and wrong:
            keep.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - small, and nothing else runs now
            async for file, history in histories(life):
                (keep / file).write_text(history.to_json())
    return [
        Played(
            drawn=life.drawn,
            wrong=tuple(wrong),
            done=tuple(life.told.done),
            broke=tuple(life.told.broke),
            ends=await _ends(life),
            came=life.told.came,
            seconds=time.monotonic() - began,
        )
        for life, wrong in zip(lives, found, strict=True)
    ]


async def _live(life: Life) -> list[str]:
    """All its days. What got stuck, in words."""
    breaking: list[asyncio.Task[None]] = []
    try:
        await bygones(life)
        await life.open()
        await begins(life)
        for day in life.drawn.days:
            await _pass(life, day, breaking)
    except StuckError as error:
        return [f"stuck: {error}"]
    finally:
        await asyncio.gather(*breaking)
    return []


async def _pass(life: Life, day: int, breaking: list[asyncio.Task[None]]) -> None:
    acts = [act for act in life.drawn.acts if act.day == day]
    breaking += [asyncio.create_task(_break(life, fault)) for fault in life.drawn.faults if fault.day == day]

    async def meanwhile() -> None:
        for act in acts:
            if act.meanwhile is not None:
                await asyncio.sleep(act.meanwhile)
                await do(life, act)

    await asyncio.gather(life.to_day(day), meanwhile())
    for act in acts:
        if act.meanwhile is None:
            await do(life, act)


async def _break(life: Life, fault: Fault) -> None:
    if await break_something(life.world, life, fault):
        life.told.broke.append(fault.kind)


async def _settled(world: World, life: Life) -> list[str]:
    """What is on its way arrives, and everything that follows is over. What got stuck, in words."""
    payments = world.stage.companies.payments
    try:
        for charge in (await payments.books()).of(*life.names):
            if charge.status == "pending":
                await payments.settle(charge.id, "succeeded" if life.drawn.seed % 2 else "debit_returned")
        await reopens(life)
        await comes_back(life)
        for day in AFTERWARDS:
            await is_looked_at(life)
            await quiet(world, life)
            await life.to_day(day)
        await quiet(world, life)
    except StuckError as error:
        return [f"stuck in the end: {error}"]
    return []


async def quiet(world: World, life: Life) -> None:
    """Every event was taken, the inbox is empty, and the cases rest, three times in turn. Raises StuckError."""
    patience, calm, resent = time.monotonic() + QUIET, 0, time.monotonic()
    why = ""
    while calm < 3:
        why = await _noise(world, life)
        calm = 0 if why else calm + 1
        if time.monotonic() > patience:
            raise StuckError(f"it is not quiet: {why}")
        if why and time.monotonic() > resent + 2:
            await _tell_what_was_lost(world)
            resent = time.monotonic()
        await asyncio.sleep(0.1)


async def _noise(world: World, life: Life) -> str:
    if lost := await _untaken(world):
        return f"{len(lost)} events were not taken"
    if waiting := await world.stage.store.waiting(1):
        return f"the inbox holds {waiting[0].id}"
    return "" if await life.rests() else "a case works"


async def _untaken(world: World) -> list[str]:
    return await world.stage.companies.payments.untaken()


async def _tell_what_was_lost(world: World) -> None:
    for event in await _untaken(world):
        await world.stage.companies.payments.resend(event)


async def _ends(life: Life) -> str:
    words: Counter[str] = Counter()
    for number in life.numbers:
        closed = await life.world.stage.store.ledger(number)
        words["open" if closed is None or await life.is_open(number) else closed.outcome] += 1
    return ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
